import Diagnostics
import Execution
import PlanGraph
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
        afterCutover: String? = "stop", sentinels: [Endpoint]? = nil, seenAs other: Lab? = nil
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
    /// - Parameters:
    ///   - mayLose: how many writes may be lost because the only server that had them has died.
    ///   - tellsGap: whether `body` carries the cutover out, so that the record must tell the write gap.
    @discardableResult
    func underLoad<Result: Sendable>(
        _ title: String, mayLose: Int = 0, tellsGap: Bool = false, _ body: @Sendable (WriteLoad) async throws -> Result
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
        if tellsGap { try expectToTell(gap, title) }
        return result
    }

    /// The record tells the gap that the writers saw, and not less. They measure from their side of the connection, so a
    /// busy machine can put both a few milliseconds apart.
    private func expectToTell(_ gap: Duration, _ title: String) throws {
        let facts = try failoverFacts()
        guard case .double(let told)? = facts["writeGapSeconds"] else {
            // An attempt that found the target promoted by the one before it has not seen the gap.
            if let failover = try state()["failover"], failover.attempts > 1 { return }
            Issue.record("\(title): the record tells no write gap")
            return
        }
        #expect(facts["writeGapIsLowerBound"] == nil, "\(title)")
        #expect(told >= 0.8 * (gap / .seconds(1)) - 0.02, "\(title): told \(told) s, seen \(gap)")
        Notes.add("measured: \(title): told a write gap of \(told) s")
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
