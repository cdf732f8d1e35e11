import Execution
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

/// What a cutover is like that is disturbed: by which method, and to whom.
struct CutoverVariant: Sendable, CustomTestStringConvertible {
    /// As `failover: { via: … }` has it.
    var method: String
    var target: Engine

    var testDescription: String { "via \(method) to \(target.rawValue)" }

    static let all = [
        CutoverVariant(method: "sentinel", target: .redis), CutoverVariant(method: "announce", target: .redis),
        CutoverVariant(method: "sentinel", target: .dragonfly), CutoverVariant(method: "announce", target: .dragonfly),
    ]

    /// Those after which the source follows the target in sync, so that a return gives nothing up.
    static let returning = all.filter { $0.target != .dragonfly }

    static let shutdown = CutoverVariant(method: "shutdown", target: .redis)

    /// Runs a test in a private world with a plan for this cutover. The servers have all their acknowledged writes again when
    /// they are started after a SIGKILL: those are in the kernel by then.
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

    /// - Parameter targetFollowed: whether it did so before the run.
    func expectEnd(of migration: Migration, targetFollowed: Bool = false) async throws {
        let lab = migration.lab
        // There are two ends: the target took over, or nothing has changed.
        switch try migration.state().status {
        case .succeeded where method == Self.shutdown.method: try await lab.expectReplaced()
        case .succeeded: try await lab.expectMigrated(sourceFollows: target != .dragonfly)
        case .rolledBack: try await lab.expectUntouched(targetFollows: targetFollowed)
        case let status: Issue.record("the run ended as '\(status.rawValue)'")
        }
    }

    /// Nothing is compared: whether writes are lost is asked afterwards. Of the preflight's many questions none changes
    /// anything.
    private var steps: [String] {
        Migration.steps(failover: "via: \(method), write-pause: 2s")
            .filter { !$0.contains("data: count") && !$0.contains("preflight") }
    }

    private static let settings = ["appendonly yes", "appendfsync no"]
}
