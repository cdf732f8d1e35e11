import Diagnostics
import Operations
import PlanGraph
import PlanModel
import Testing

@testable import Execution
@testable import PlanrunCLI

/// The verb that ends the way back.
struct DecommissionTests {
    /// A plan of which everything was done, unless the run has another status.
    private func desk(_ status: RunState.Status = .succeeded, steps: String = "  - failover: {}\n") throws -> Desk {
        let text = Migration.plan.replacing("  - approval: Go on?\n", with: "  - wait-for-sync: {}\n" + steps)
        let desk = try Desk(plan: text)
        let plan = try #require(Plan.load(path: desk.plan, checks: PreflightCatalogue.declarations).plan)
        var state = RunState(
            planPath: desk.plan, planName: plan.name, plan: plan.file.text, graph: CompiledPlan(plan).graph,
            lineage: "1",
            now: .now)
        state.status = status
        for position in state.nodes.indices {
            state.nodes[position].status = .succeeded
            state.nodes[position].result = StepResult("done")
        }
        try StateFile(path: desk.state).write(state)
        return desk
    }

    private func servers(_ change: (inout Migration.Situation) -> Void = { _ in }) -> Console {
        var situation = Migration.Situation()
        (situation.primaryHost, situation.sourceFollows, situation.targetKeys) = ("10.0.0.2", true, 10)
        change(&situation)
        return Console(servers: Migration(situation).servers)
    }

    @Test(arguments: [
        (RunState.Status.rolledBack, "was not carried out (rolled-back)", ""),
        (.abandoned, "was not carried out (abandoned)", ""),
        (
            .failed, "is not finished (failed)",
            "  = help: planrun status plan.yaml   see how far it is, and what is next\n"
        ),
    ])
    func `only a run that ended well has old servers`(status: RunState.Status, why: String, next: String) async throws {
        let desk = try desk(status)
        let before = desk.bytes("plan.state.json")
        let printed = await servers().run("decommission", desk.plan)
        #expect(printed.status == .invalid)
        #expect(
            desk.without(printed.messages) == """
                error[nothing-to-decommission]: nothing to decommission: the run of 'small' \(why)
                  nothing was changed
                \(next)
                """)
        #expect(desk.bytes("plan.state.json") == before)
    }

    @Test func `nor has a plan without a cutover, or one that was not begun`() async throws {
        let short = try desk(steps: "")
        let printed = await servers().run("decommission", short.plan)
        #expect(printed.status == .invalid)
        #expect(printed.messages.contains("the run of 'small' has no cutover (succeeded)"))
        let unbegun = try Desk()
        #expect(await servers().run("decommission", unbegun.plan).messages.contains("error[state-missing]"))
    }

    @Test func `a plan that names another source by now is not the run's`() async throws {
        let desk = try desk()
        let text = try #require(desk.bytes("plan.yaml").map { String(decoding: $0, as: UTF8.self) })
        try desk.write(text.replacing("10.0.0.1:6379", with: "10.0.0.9:6379"), to: "plan.yaml")
        let printed = await servers().run("decommission", desk.plan, "--auto-approve")
        #expect(printed.status == .invalid)
        #expect(
            printed.messages.contains(
                "the run of 'small' moved 10.0.0.1:6379, which is not the source in the plan any more (succeeded)"),
            "\(printed.messages)")
    }

    private static let question = """
        'decommission' has the Sentinels forget 10.0.0.1:6379 and the replicas that it had, and leaves them standing alone without taking writes; first makes sure that 10.0.0.2:6380 is the only primary
        from then on there is no way back: 'planrun rollback' will refuse, and what is written since is only on 10.0.0.2:6380

        """

    @Test(arguments: ["plan", "check"])
    func `a plan whose run the verb has ended is done as before`(verb: String) async throws {
        let desk = try desk()
        let state = try StateFile(path: desk.state).read().adding(AddedStep(DecommissionStep()))
        try StateFile(path: desk.state).write(state)
        let printed = await servers().run(verb, desk.plan)
        #expect(printed.status == .success)
        let said =
            verb == "plan"
            ? "nothing to do: 'small' was carried out at" : "nothing to check: 'small' was carried out at"
        #expect((printed.output + printed.messages).contains(said), "\(printed.output + printed.messages)")
    }

    @Test func `nobody who could be asked has said yes`() async throws {
        let desk = try desk()
        let before = desk.bytes("plan.state.json")
        let printed = await servers().run("decommission", desk.plan, "--keep-replicas")
        #expect(printed.status == .stopped)
        #expect(
            desk.without(printed.messages) == Self.question.replacing(" and the replicas that it had", with: "") + """
                error[confirmation-missing]: nobody has said yes to taking the old servers out of service; nothing was changed
                  = help: planrun decommission plan.yaml --keep-replicas --auto-approve   do it without asking

                """)
        #expect(desk.bytes("plan.state.json") == before)
    }

    @Test func `at a terminal it is a whole word that ends the way back`() async throws {
        let desk = try desk()
        let before = desk.bytes("plan.state.json")
        var console = servers()
        (console.answers, console.width) = (["yes"], 200)
        let printed = await console.run("decommission", desk.plan)
        #expect(printed.status == .stopped)
        #expect(printed.output.contains("Take them out of service for good?\ntype 'decommission' to go on, or 'no': "))
        #expect(printed.messages.hasSuffix("not decommissioned; nothing was changed\n"))
        #expect(desk.bytes("plan.state.json") == before)
    }

    @Test func `a refusal leaves the run as it ended`() async throws {
        let desk = try desk()
        let before = desk.bytes("plan.state.json")
        let printed = await servers { $0.sourceFollows = false }.run("decommission", desk.plan, "--auto-approve")
        #expect(printed.status == .failure)
        #expect(
            desk.without(printed.messages).hasPrefix(
                """
                error[only-copy]: 10.0.0.1:6379 may hold the only copy: it is a primary, and may have writes that 10.0.0.2:6380 lacks
                """), "\(printed.messages)")
        #expect(printed.messages.contains("planrun decommission"))
        #expect(!printed.messages.contains("resume"))
        #expect(desk.bytes("plan.state.json") == before)
    }
}
