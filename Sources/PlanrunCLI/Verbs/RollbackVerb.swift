import ArgumentParser
import Execution
import Operations
import PlanGraph
import PlanModel

struct RollbackVerb: RunVerb {
    static let isReadOnly = false
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Take back what a run did, last step first, as far as the plan allows.",
        discussion: """
            Before the cutover everything can be taken back. After it the plan decides, with 'rollback.after-cutover': \
            'stop' refuses; 'discard-writes' makes the source primary again and says first how many writes that gives up.
            """)

    @OptionGroup var options: RunOptions

    @Option(
        name: .customLong("discard-writes"),
        help: ArgumentHelp("After the cutover: go back if this gives up no more writes than that.", valueName: "count"))
    var discardWrites: Int64?

    /// A rollback runs no approval steps.
    var approvals: Approvals { Approvals() }

    func start(_ run: PlanRun) async throws -> ExitStatus {
        let state = try await run.continued(acceptsChange: true)
        if state.status == .rolledBack {
            run.context.tell("nothing to roll back: that was done at \(state.updatedAt)")
            return .success
        }
        if state.status == .abandoned {
            run.context.tell(run.abandoned(state, "nothing to roll back"))
            return .invalid
        }
        try await run.claimServers()
        guard let cutover = await run.wayBack.passedCutover(state) else {
            return await run.goBack(state)
        }
        switch run.plan.rollback.afterCutover {
        case .stop, .copyBack:
            return await refuse(
                run, state, "the plan says 'after-cutover: stop'",
                help: [
                    "where the source follows the target, 'rollback: { after-cutover: discard-writes }' in the plan is a way back"
                ])
        case .discardWrites:
            // Without undo data, the target was the primary already when the step began, so this run did not make it
            // primary.
            guard let undo = cutover.undo else {
                return await refuse(run, state, "this run has not made it, so it cannot take it back", help: [])
            }
            do {
                guard try await agrees(run, undo) else { return .stopped }
            } catch let failure as StepFailure {
                run.context.tell(
                    Notice(
                        code: failure.code, what: "cannot tell what going back would give up: \(failure.what)",
                        details: failure.place + ["nothing was changed"], help: failure.help,
                        next: [run.commands.next("rollback", "try again")]))
                return .personNeeded
            }
            return await run.goBack(state, discardsWrites: true)
        }
    }

    private func refuse(_ run: PlanRun, _ state: RunState, _ why: String, help: [String]) async -> ExitStatus {
        let isOver = state.status == .succeeded
        run.context.tell(
            Notice(
                code: .operation(.pastPointOfNoReturn),
                what: "the cutover is over, and \(why); nothing was changed",
                details: await WorldReport(run.servers).sentences(), help: help,
                next: (isOver ? [] : [run.commands.next("resume", "go forward, and finish the run")])
                    + [run.commands.next("status", "see what the servers say now")]))
        return .personNeeded
    }

    /// Asks for an explicit yes to giving up the writes that only the target has.
    private func agrees(_ run: PlanRun, _ undo: StateValue) async throws -> Bool {
        let cost = try await GivenUpWrites.read(run.servers, undo: undo)
        if let discardWrites {
            run.context.tell(cost.sentence)
            if let count = cost.count, count <= discardWrites { return true }
            run.context.tell(
                Notice(
                    code: .verb(.moreWritesGivenUp),
                    what: "that is more than '--discard-writes \(discardWrites)' allows; nothing was changed",
                    help: ["say '--discard-writes' with a larger number if they may go"]))
            return false
        }
        guard run.context.canAsk else {
            run.context.tell(cost.sentence)
            run.context.tell(
                Notice(
                    code: .verb(.confirmationMissing),
                    what: "going back needs a yes to that number; nothing was changed",
                    next: cost.count.map {
                        [
                            run.commands.next(
                                "rollback", arguments: ["--discard-writes", "\($0)"], "go back; they may go")
                        ]
                    } ?? []))
            return false
        }
        let question = "Go back and give them up?"
        if await run.isAgreed(question, .word("discard"), introduction: [cost.sentence]) { return true }
        run.context.tell("not rolled back; nothing was changed")
        return false
    }
}
