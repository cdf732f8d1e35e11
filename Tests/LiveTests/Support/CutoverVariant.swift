import Execution
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

/// A kind of cutover that is disturbed: its method and the engine of its target.
struct CutoverVariant: Sendable, CustomTestStringConvertible {
    /// As in `failover: { via: … }`.
    var method: String
    var target: Engine

    var testDescription: String { "via \(method) to \(target.rawValue)" }

    static let all = [
        CutoverVariant(method: "sentinel", target: .redis), CutoverVariant(method: "announce", target: .redis),
        CutoverVariant(method: "sentinel", target: .dragonfly), CutoverVariant(method: "announce", target: .dragonfly),
    ]

    /// The variants after which the source follows the target in sync, so that a return gives up no writes.
    static let returning = all.filter { $0.target != .dragonfly }

    static let shutdown = CutoverVariant(method: "shutdown", target: .redis)

    /// Runs a test in a private world with a plan for this cutover. A server that is killed with SIGKILL and started
    /// again has all its acknowledged writes: its append-only file was handed to the kernel before they were
    /// acknowledged.
    func withMigration(
        sentinels: Int, failoverTimeout: Duration = .seconds(20), afterCutover: String = "stop",
        _ body: @Sendable (Migration, Gates) async throws -> Void
    ) async throws {
        var description = LabDescription(
            sentinels: .init(count: sentinels, failoverTimeout: failoverTimeout, infoPeriod: .milliseconds(200)))
        description.source.extraLines = Self.settings
        description.target.extraLines = Self.settings
        try await withGatedLab(description, target: target) { lab, gates in
            let migration = try Migration(
                lab, steps: steps, afterCutover: afterCutover, sentinels: gates.sentinels)
            try await migration.fill(keys: 500)
            try await body(migration, gates)
        }
    }

    /// - Parameter targetFollowed: whether the target followed the source before the run.
    func expectEnd(of migration: Migration, targetFollowed: Bool = false) async throws {
        let lab = migration.lab
        // A run has two ends: the target has taken over, or nothing has changed.
        switch try migration.state().status {
        case .succeeded where method == Self.shutdown.method: try await lab.expectReplaced()
        case .succeeded: try await lab.expectMigrated(sourceFollows: target != .dragonfly)
        case .rolledBack: try await lab.expectUntouched(targetFollows: targetFollowed)
        case let status: Issue.record("the run ended as '\(status.rawValue)'")
        }
    }

    /// The plan compares no data, since the writers look for lost writes themselves. It has no preflight, whose many
    /// questions change nothing.
    private var steps: [String] {
        Migration.steps(failover: "via: \(method), write-pause: 2s")
            .filter { !$0.contains("data: count") && !$0.contains("preflight") }
    }

    private static let settings = ["appendonly yes", "appendfsync no"]
}
