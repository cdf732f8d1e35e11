import FoundationEssentials
import PlanModel
import Testing

@testable import Execution
@testable import PlanrunCLI

/// What is refused because of the state file, which must stay unchanged.
struct RefusalTests {
    /// Leaves a state file as `apply` would, but with this status.
    private func leave(_ status: RunState.Status, on desk: Desk, didReplicate: Bool = true) async throws {
        let console = Console(servers: Migration().servers)
        _ = await console.run("apply", desk.plan)
        var state = try StateFile(path: desk.state).read()
        state.status = status
        if !didReplicate {
            for index in state.nodes.indices { state.nodes[index].undo = nil }
        }
        try StateFile(path: desk.state).write(state)
    }

    private func refused(
        _ verb: String, _ status: RunState.Status, says what: String, exit: PlanrunCLI.ExitStatus = .invalid
    ) async throws {
        let desk = try Desk()
        try await leave(status, on: desk)
        let before = desk.bytes("plan.state.json")
        let printed = await Console(servers: Migration().servers).run(verb, desk.plan)
        #expect(printed.status == exit)
        #expect(printed.output == "")
        #expect(desk.without(printed.messages).replacing(/\d{4}-[-\d]*T[:.\d]*Z/, with: "TIME") == what)
        #expect(desk.bytes("plan.state.json") == before)
    }

    @Test(arguments: [RunState.Status.running, .failed, .stopped])
    func `apply refuses a run that is not finished`(status: RunState.Status) async throws {
        try await refused(
            "apply", status,
            says: """
                error[run-unfinished]: a run of this plan, begun at TIME, is not finished (\(status.rawValue)); nothing was done now
                  = help: planrun resume plan.yaml     go on with it
                  = help: planrun rollback plan.yaml   take back what it did
                  = help: planrun abandon plan.yaml    end it as it is, if neither works
                  = help: planrun status plan.yaml     see how far it is

                """)
    }

    @Test(arguments: [RunState.Status.rollingBack, .rollbackIncomplete])
    func `apply refuses a rollback that is not finished`(status: RunState.Status) async throws {
        try await refused(
            "apply", status,
            says: """
                error[run-unfinished]: a run of this plan, begun at TIME, is not finished (\(status.rawValue)); nothing was done now
                  = help: planrun rollback plan.yaml   take back what it did
                  = help: planrun abandon plan.yaml    end it as it is, if neither works
                  = help: planrun status plan.yaml     see how far it is

                """)
    }

    @Test(arguments: [RunState.Status.rollingBack, .rollbackIncomplete])
    func `resume refuses a rollback that was begun`(status: RunState.Status) async throws {
        try await refused(
            "resume", status,
            says: """
                error[rollback-unfinished]: a rollback of this run was begun and is not finished
                  = help: planrun rollback plan.yaml   go on with it

                """)
    }

    @Test func `resume refuses what was rolled back`() async throws {
        try await refused(
            "resume", .rolledBack,
            says: """
                error[run-rolled-back]: nothing to resume: the run was rolled back at TIME
                  = help: planrun apply plan.yaml   begin a new one

                """)
    }

    @Test func `what is done is done`() async throws {
        try await refused("resume", .succeeded, says: "nothing to resume: the run ended well at TIME\n", exit: .success)
        try await refused(
            "rollback", .rolledBack, says: "nothing to roll back: that was done at TIME\n", exit: .success)
        try await refused(
            "apply", .succeeded,
            says: "nothing to do: 'small' was carried out at TIME\n", exit: .success)
    }

    @Test(arguments: ["resume", "rollback", "status"])
    func `without a state it is said which command begins a run`(verb: String) async throws {
        let desk = try Desk()
        let printed = await Console(servers: Migration().servers).run(verb, desk.plan)
        #expect(printed.status == .invalid)
        #expect(
            desk.without(printed.messages) == """
                error[state-missing]: there is no state file 'plan.state.json': no run of this plan has begun here
                  = help: if its state is elsewhere, name it with '--state PATH'
                  = help: planrun apply plan.yaml   begin a run

                """)
    }

    @Test func `a state that is elsewhere stands in every command to type next`() async throws {
        let desk = try Desk()
        let state = desk.path("my state.json")
        let printed = await Console(servers: Migration().servers).run("apply", desk.plan, "--state", state)
        #expect(printed.status == .stopped)
        #expect(
            desk.without(printed.messages).contains(
                "  = help: planrun resume plan.yaml --state 'my state.json' --approve approval   say yes and go on\n"))
    }

    @Test func `the record of another plan is not written over`() async throws {
        let desk = try Desk()
        try await leave(.rolledBack, on: desk)
        try desk.write(Migration.plan.replacing("name: small", with: "name: other"), to: "other.yaml")
        let before = desk.bytes("plan.state.json")
        let printed = await Console(servers: Migration().servers)
            .run("apply", desk.path("other.yaml"), "--state", desk.state)
        #expect(printed.status == .invalid)
        #expect(printed.messages.hasPrefix("error[state-of-another-plan]: "))
        #expect(desk.bytes("plan.state.json") == before)
    }

    @Test func `a plan that has changed is refused with the steps that have changed`() async throws {
        let desk = try Desk()
        try await leave(.stopped, on: desk)
        try desk.write(
            Migration.plan.replacing("replicaof: {}", with: "replicaof: { timeout: 5m }"), to: "plan.yaml")
        let printed = await Console(servers: Migration().servers).run("resume", desk.plan, "--accept-plan-change")
        #expect(printed.status == .invalid)
        #expect(
            desk.without(printed.messages) == """
                error[plan-changed]: the plan has changed since the run began: step 'replicaof' changed
                  = help: only 'source', 'rollback', 'redact', 'notify' and steps that have not begun may change; these have begun: 'replicaof'
                  = help: the plan as it was is in 'plan.state.json' under 'plan'
                  = help: planrun abandon plan.yaml   end the run of the plan as it was

                """)
    }

    @Test
    func `a plan that was carried out and has changed is carried out by a new run, whose record keeps the old one`()
        async throws
    {
        let desk = try Desk()
        try await leave(.succeeded, on: desk)
        let before = try StateFile(path: desk.state).read()
        try desk.write(Migration.plan.replacing("Go on?", with: "Again?"), to: "plan.yaml")
        let refused = await Console(servers: Migration().servers).run("apply", desk.plan)
        #expect(refused.status == .invalid)
        #expect(
            desk.without(refused.messages).replacing(/\d{4}-[-\d]*T[:.\d]*Z/, with: "TIME") == """
                error[run-finished]: 'small' was carried out at TIME, and the plan has changed since
                  = help: planrun apply plan.yaml --new-run   begin a new run; the old one can then no longer be rolled back

                """)
        let anew = await Console(servers: Migration().servers).run("apply", desk.plan, "--new-run", "--auto-approve")
        #expect(anew.status == .success, "\(anew.messages)")
        let state = try StateFile(path: desk.state).read()
        #expect(state.lineage != before.lineage)
        #expect(state.history?.runs.map(\.lineage) == [before.lineage])
        #expect(state.history?.runs.first?.nodes.contains { $0.undo != nil } == true)
    }

    @Test func `a run that has only looked is begun anew`() async throws {
        let desk = try Desk()
        try await leave(.failed, on: desk, didReplicate: false)
        let printed = await Console(servers: Migration().servers).run("apply", desk.plan, "--auto-approve")
        #expect(printed.status == .success)
    }
}
