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
            'keep' makes the source primary again without losing a write, and refuses where that is not possible; \
            'discard-writes' makes it primary in any case, and says first how many writes that gives up; 'stop' refuses. A \
            target that is gone for good is not needed for '--discard-writes all'.
            """)

    @OptionGroup var options: RunOptions

    @Option(
        name: .customLong("discard-writes"),
        help: ArgumentHelp(
            "After the cutover: go back if that loses no more writes than so many; 'all': however many.",
            valueName: "count|all"))
    var discardWrites: AgreedLoss?

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
        if let end = await run.wayBack.decommission(state) { return await refuse(run, state, decommissioned: end) }
        run.options.notifications.tellWarnings()
        guard let cutover = await run.wayBack.standing(state).cutover else { return await run.goBack(state) }
        // Without undo data the target was the primary already when the step began, so this run did not make it
        // primary.
        guard let undo = cutover.undo else {
            return await refuse(run, state, "this run has not made it, so it cannot take it back", help: [])
        }
        do {
            let offer = try await ReturnOffer.read(run.servers, undo: undo)
            switch offer.rule {
            case .stop: return await refuseToStop(run, state, cutover, offer.cost)
            case .keep where offer.cost.count == 0:
                run.context.tell(offer.promise)
                return await run.goBack(state, allowance: discardWrites == .all ? .everything : .noWrite)
            case .keep where discardWrites == nil: return await refuseToLose(run, state, offer.cost)
            case .keep, .discardWrites:
                guard await agrees(run, to: offer.cost) else { return .stopped }
                return await run.goBack(state, allowance: allowance(offer.cost))
            }
        } catch let failure as StepFailure {
            run.context.tell(
                Notice(
                    code: failure.code, what: "cannot find out what going back would lose: \(failure.what)",
                    details: failure.place + ["nothing was changed"], help: failure.help,
                    next: [run.commands.next("rollback", "try again")]))
            return .personNeeded
        }
    }

    /// The source stands alone, or has ended: it misses what was written since, and no Sentinel knows it.
    private func refuse(_ run: PlanRun, _ state: RunState, decommissioned end: RunState.Node) async -> ExitStatus {
        let (source, target) = (run.servers.source.endpoint, run.servers.target.endpoint)
        let isOver = end.status == .succeeded
        let moment = isOver ? end.finishedAt.map { " at \($0)" } ?? "" : ""
        run.context.tell(
            Notice(
                code: .operation(.decommissioned),
                what:
                    "\(source) \(isOver ? "was" : "is being") taken out of service\(moment), so there is no way back; nothing was changed",
                details: ["what was written since is only on \(target)"]
                    + (await WorldReport(run.servers).sentences()),
                help: [
                    "to move back, write a plan from \(target) to \(source) with 'replace-data: true'; its checks say what has to be set at \(source) first"
                ],
                next: (state.isOver ? [] : [run.commands.next("resume", "complete it")])
                    + [run.commands.next("status", "see what the servers say now")]))
        return .personNeeded
    }

    /// The plan keeps a way back without loss, and at this moment there is none.
    private func refuseToLose(_ run: PlanRun, _ state: RunState, _ cost: GivenUpWrites) async -> ExitStatus {
        let isOver = state.status == .succeeded
        run.context.tell(
            Notice(
                code: .operation(.sourceDoesNotFollow),
                what: "\(cost.sentence); the plan says to keep every write, so nothing was changed",
                details: await WorldReport(run.servers).sentences(),
                help: [
                    cost.isTargetSilent
                        ? "start \(run.servers.target.endpoint) again, and roll back once the source is in sync with it"
                        : "make the source follow \(run.servers.target.endpoint), and roll back once it is in sync"
                ],
                next: [
                    run.commands.next(
                        "rollback", arguments: ["--discard-writes", AgreedLoss.allWord],
                        "go back all the same, and lose what only the target has")
                ] + (isOver ? [] : [run.commands.next("resume", "go forward, and finish the run")])
                    + [run.commands.next("status", "see what the servers say now")]))
        return .personNeeded
    }

    /// Who agrees to a number counts on a target that could be asked for it.
    private func allowance(_ cost: GivenUpWrites) -> WriteAllowance {
        discardWrites == .all || cost.count == nil ? .everything : .counted
    }

    /// The plan has no way back. A target that is gone is no reason to be without one, so it is said how there is one.
    private func refuseToStop(
        _ run: PlanRun, _ state: RunState, _ cutover: RunState.Node, _ cost: GivenUpWrites
    ) async -> ExitStatus {
        let why =
            run.plan.rollback.afterCutover == nil
            ? "there is no way back after it: \(run.plan.obstacleToFollow ?? "the source was left where it does not follow the target")"
            : "the plan says 'after-cutover: stop'"
        guard cost.isTargetSilent else {
            return await refuse(
                run, state, why,
                help: [
                    cost.count == 0
                        ? "'rollback: { after-cutover: keep }' in the plan is a way back: \(cost.sentence)"
                        : "'rollback: { after-cutover: discard-writes }' in the plan is a way back: \(cost.sentence)"
                ])
        }
        let status = await refuse(
            run, state, why,
            help: [
                "if \(run.servers.target.endpoint) is gone for good, 'rollback: { after-cutover: discard-writes }' in the plan is a way back: \(cost.sentence)"
            ])
        let byHand = await run.leftovers(of: cutover)
        let lines = LeftoverLines(leftovers: byHand).lines(width: run.context.messageStyle.width)
        if !lines.isEmpty { run.context.message((["by hand the same is:"] + lines).joined(separator: "\n")) }
        return status
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
    private func agrees(_ run: PlanRun, to cost: GivenUpWrites) async -> Bool {
        guard discardWrites != nil || !run.context.canAsk else {
            let question = cost.count == 0 ? "Go back?" : "Go back, and lose what was written since?"
            if await run.isAgreed(question, .word("discard"), introduction: [cost.sentence]) { return true }
            run.context.tell("not rolled back; nothing was changed")
            return false
        }
        run.context.tell(cost.sentence)
        let all = run.commands.next(
            "rollback", arguments: ["--discard-writes", AgreedLoss.allWord],
            "go back, however many writes that loses")
        switch discardWrites {
        case .all: return true
        case .count(let allowed):
            if let count = cost.count, count <= allowed { return true }
            run.context.tell(
                Notice(
                    code: .verb(.moreWritesGivenUp),
                    what: "that is more than '--discard-writes \(allowed)' allows; nothing was changed",
                    help: ["say '--discard-writes' with a larger number if they may go"], next: [all]))
        case nil:
            let none = run.commands.next(
                "rollback", arguments: ["--discard-writes", "0"], "go back, if that still loses no write")
            run.context.tell(
                Notice(
                    code: .verb(.confirmationMissing), what: "nobody has said yes to going back; nothing was changed",
                    next: [cost.count == 0 ? none : all]))
        }
        return false
    }
}
