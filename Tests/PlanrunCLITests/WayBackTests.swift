import Diagnostics
import Operations
import PlanGraph
import PlanModel
import TestKit
import Testing

@testable import Execution
@testable import PlanrunCLI

struct WayBackTests {
    private static let forward = [
        "planrun resume plan.yaml    go on with 'replicaof'",
        "planrun abandon plan.yaml   end the run as it is, and see what it leaves behind",
    ]

    @Test func `before the cutover it can be taken back`() async throws {
        #expect(
            try await ways(after: .failed) == [
                "planrun resume plan.yaml     go on with 'preflight'",
                "planrun rollback plan.yaml   take back 'failover' and end the run",
            ])
    }

    @Test(arguments: [RunState.Node.Status.started, .failed])
    func `a failover that the Sentinels made by themselves is not said to be one that can be taken back`(
        status: RunState.Node.Status
    ) async throws {
        #expect(try await ways(after: status, named: "10.0.0.2") == Self.forward)
    }

    @Test func `after the cutover there is a way back if the plan has one, and it says what it costs`() async throws {
        #expect(try await ways(after: .succeeded, rollback: "rollback: { after-cutover: stop }\n") == Self.forward)
        #expect(
            try await ways(after: .succeeded, rollback: "rollback: { after-cutover: keep }\n") == [
                "planrun resume plan.yaml     go on with 'replicaof'",
                "planrun rollback plan.yaml   go back; no write will be lost",
            ])
        #expect(
            try await ways(after: .succeeded, rollback: "rollback: { after-cutover: discard-writes }\n") == [
                "planrun resume plan.yaml     go on with 'replicaof'",
                "planrun rollback plan.yaml   go back; asks first whether writes that only the target has may be lost",
            ])
    }

    /// The commands that `status` offers for a run whose failover ended with this status.
    /// - Parameter named: the host that the Sentinel names as primary.
    private func ways(
        after status: RunState.Node.Status, named host: String = "10.0.0.1", rollback: String = ""
    ) async throws -> [String] {
        let text = Migration.plan.replacing("  - approval: Go on?\n", with: "  - wait-for-sync: {}\n  - failover: {}\n")
        let desk = try Desk(plan: text + rollback)
        let plan = try #require(Plan.load(path: desk.plan, checks: PreflightCatalogue.declarations).plan)
        var state = RunState(
            planPath: desk.plan, planName: plan.name, plan: plan.file.text, graph: CompiledPlan(plan).graph,
            lineage: "1", now: .now)
        state.status = .failed
        let position = try #require(state.nodes.firstIndex { $0.id == "failover" })
        state.nodes[position].status = status
        state.nodes[position].undo = .object([:])
        try StateFile(path: desk.state).write(state)
        var situation = Migration.Situation()
        situation.primaryHost = host
        let printed = await Console(servers: Migration(situation).servers).run("status", desk.plan)
        #expect(printed.status == .success)
        return desk.without(printed.output).split(separator: "\n")
            .compactMap { line in line.firstRange(of: "= help: ").map { String(line[$0.upperBound...]) } }
    }
}
