import Diagnostics
import Execution
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import SystemPackage
import TestKit
import Testing
import Values

/// A plan for a private world, as a file in its folder, with `planrun` to carry it out.
struct Migration: Sendable {
    let lab: Lab
    let plan: String

    /// - Parameters:
    ///   - sentinels: the addresses of the Sentinels in the plan; `nil` takes those that they have.
    ///   - other: the same world with the servers' addresses that only the plan uses; `nil` takes those that everybody
    ///     uses.
    init(
        _ lab: Lab, name: String = "live", steps: [String] = Self.steps(), onFailure: String = "never",
        afterCutover: String = "stop", sentinels: [Endpoint]? = nil, seenAs other: Lab? = nil
    ) throws {
        self.lab = lab
        let text = PlanText(
            plan: (other ?? lab).plan(from: .blank(lab)), name: name, steps: steps, onFailure: onFailure,
            afterCutover: afterCutover, sentinels: sentinels)
        plan = try lab.folder.write(text.text, to: "\(name).yaml").string
    }

    static func steps(
        wait: String = "stable-for: 100ms", approval: Bool = false, failover: String = "write-pause: 2s"
    ) -> [String] {
        ["preflight: {}", "replicaof: {}", "wait-for-sync: { \(wait) }", "verify: { id: data, data: count }"]
            + (approval ? ["approval: Go on?"] : [])
            + ["failover: { \(failover) }", "verify: { id: cutover }"]
    }

    var stateFile: String { StateFile.path(forPlan: plan) }

    func state() throws -> RunState { try StateFile(path: stateFile).read() }

    @discardableResult
    func planrun(_ verb: String, _ options: String...) async throws -> PlanrunProcess.Outcome {
        try await PlanrunProcess.run([verb, plan] + options)
    }

    /// Fills the source with keys of all types.
    func fill(keys: Int = 1_000) async throws {
        let session = lab.session(lab.source)
        try await DataSet(keys: keys).fill(session)
        await session.close()
    }

    /// Does the same with an application of each kind at work, none of which may be left behind.
    @discardableResult
    func underApplications<Result: Sendable>(
        _ title: String, _ body: @Sendable (WriteLoad) async throws -> Result
    ) async throws -> Result {
        try await underLoad(title) { load in try await Applications.run(lab) { try await body(load) } }
    }

    /// Runs `body` while writers write, then expects that none of their acknowledged writes is lost.
    /// - Parameter mayLose: how many writes may be lost because the only server that had them has died.
    @discardableResult
    func underLoad<Result: Sendable>(
        _ title: String, mayLose: Int = 0, _ body: @Sendable (WriteLoad) async throws -> Result
    ) async throws -> Result {
        let began = ContinuousClock.now
        let (result, record) = try await WriteLoad.run(lab, .init(writers: 4, rate: 800)) { load in
            let result = try await body(load)
            // The write gap has ended only when writes go on.
            let before = await load.acknowledgedCount
            try await eventually("writes go on after '\(title)'", within: .seconds(30)) {
                await load.acknowledgedCount > before + 40
            }
            return result
        }
        let primary = try await lab.primarySession()
        let lost = try await LostWrites.find(record, on: primary)
        await primary.close()
        #expect(lost.count <= mayLose, "\(title): \(lost)")
        let gap = record.writeGap(in: began..<record.stopped)
        Notes.add(
            "measured: \(title): write gap \(gap / .seconds(1)) s, \(lost.count) of \(record.acknowledgedCount) acknowledged writes lost"
        )
        return result
    }
}

extension Plan {
    /// A plan without servers, which `Lab.plan(from:)` fills in.
    static func blank(_ lab: Lab) -> Plan {
        let nowhere = InstanceSettings(endpoint: Endpoint(host: "unset", port: 1), engine: .redis, access: Access())
        return Plan(
            name: "blank", description: nil,
            shard: Shard(
                source: nowhere, target: nowhere,
                sentinel: lab.description.sentinels.map {
                    SentinelSettings(primary: $0.primary, endpoints: [], access: Access())
                }),
            steps: [], rollback: RollbackSettings(), file: SourceFile(path: "blank.yaml", text: ""))
    }
}
