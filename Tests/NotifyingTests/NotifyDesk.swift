import Diagnostics
import Execution
import Foundation
import Hooks
import Operations
import PlanModel
import Testing

@testable import Notifying

/// A folder with a plan that tells somebody, and scripts beside it.
final class NotifyDesk: Sendable {
    let path: String
    let plan: Plan

    /// - Parameters:
    ///   - receivers: the elements of `notify`, each in one line.
    ///   - timeout: how long one try may take, instead of what they say: longer than any machine is busy.
    init(_ receivers: [String], timeout: Duration = .seconds(3_600)) throws {
        path = FileManager.default.temporaryDirectory.path + "/planrun-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var plan = try Self.plan(receivers, in: path)
        for index in plan.receivers.indices { plan.receivers[index].timeout = timeout }
        self.plan = plan
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func plan(_ receivers: [String] = [], in folder: String = "/nowhere") throws -> Plan {
        let notify = receivers.isEmpty ? "" : "notify:\n" + receivers.map { "  - \($0)\n" }.joined()
        let text = """
            version: 1
            name: told
            source: { address: 10.0.0.1:6379, engine: redis, password: { env: NOT_SET } }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: main, addresses: [10.0.0.3:26379] }
            steps:
              - preflight: {}
              - replicaof: {}
              - wait-for-sync: {}
              - verify: { id: data, data: full }
              - approval: Go on?
              - failover: {}
              - watch: { for: 1m }
            \(notify)
            """
        let reading = Plan.read(
            SourceFile(path: folder + "/plan.yaml", text: text), checks: PreflightCatalogue.declarations)
        return try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))")
    }

    func script(_ name: String, _ text: String) throws {
        let file = "\(path)/\(name)"
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file)
    }

    func lines(of file: String) -> [String] {
        let text = FileManager.default.contents(atPath: "\(path)/\(file)") ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Bounds that no test has to wait for.
    static let impatient = DeliveryLimits(queue: 64, tries: 4, firstPause: .milliseconds(1))

    func notifier(
        _ environment: [String: String] = [:], limits: DeliveryLimits = NotifyDesk.impatient
    ) -> Notifier {
        let environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        return Notifier(
            plan, environment: environment,
            hooks: PlanHooks(plan, lineage: "the-run", environment: environment, results: { "" }), limits: limits)
    }

    /// Tells of the beginning of a run, and returns what could not be delivered.
    func tell(
        _ environment: [String: String] = [:], limits: DeliveryLimits = NotifyDesk.impatient
    ) async -> [Notifier.Undelivered] {
        let notifier = notifier(environment, limits: limits)
        notifier.receive(.began)
        return await notifier.close(within: .seconds(3_600))
    }
}

extension RunEvent {
    static let began = RunEvent(
        at: Timestamp(millisecondsSince1970: 1_767_225_600_000), run: "the-run",
        .runStarted(RunInfo(planName: "told", nodes: 3, isResumed: false)))
    static let ended = RunEvent(
        at: Timestamp(millisecondsSince1970: 1_767_225_601_000), run: "the-run", .runFinished(.succeeded))
}
