import ArgumentParser
import Execution
import Operations
import PlanGraph
import PlanModel

struct RollbackVerb: RunVerb {
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

    func start(_ run: PlanRun, _ file: StateFile) async throws -> ExitStatus {
        let state = try run.continued(file, acceptsChange: true)
        if state.status == .rolledBack {
            run.context.message("nothing to roll back: that was done at \(state.updatedAt)")
            return .success
        }
        guard let cutover = run.passedCutover(state) else {
            return await run.goBack(state)
        }
        switch run.plan.rollback.afterCutover {
        case .stop, .copyBack:
            run.context.refuse(
                "past-point-of-no-return", "the cutover is over: the plan says 'after-cutover: stop'",
                help: [
                    "where the source follows the target, 'rollback: { after-cutover: discard-writes }' in the plan is a way back"
                ])
            return .personNeeded
        case .discardWrites:
            guard try await agrees(run, cutover) else { return .stopped }
            return await run.goBack(state, discardsWrites: true)
        }
    }

    /// The explicit yes to giving up that many writes.
    private func agrees(_ run: PlanRun, _ undo: StateValue) async throws -> Bool {
        let cost = try await GivenUpWrites.read(run.servers, undo: undo)
        run.context.message(cost.sentence)
        if let discardWrites {
            if let count = cost.count, count <= discardWrites { return true }
            run.context.refuse(
                "more-writes-given-up",
                "that is more than '--discard-writes \(discardWrites)' allows; nothing was changed",
                help: ["say '--discard-writes' with a larger number if they may go"])
            return false
        }
        guard run.context.canAsk else {
            run.context.refuse(
                "confirmation-missing", "going back needs a yes to that number; nothing was changed",
                help: ["say '--discard-writes \(cost.count ?? 0)' if they may go"])
            return false
        }
        let approver = TerminalApprover(
            approvesAll: false, approved: [], canAsk: true, ask: { [view = run.view] in view.ask($0) },
            isDraining: { [signals = run.signals] in signals.isDraining })
        if case .given = try await approver.approval(of: "rollback", question: "Go back and give them up?") {
            return true
        }
        run.context.message("not rolled back; nothing was changed")
        return false
    }
}

extension PlanRun {
    /// What the step that cut over has recorded; `nil` as long as none has.
    func passedCutover(_ state: RunState) -> StateValue? {
        for node in compiled.graph.nodes where node.role == .pointOfNoReturn {
            if let record = state[node.id], record.status != .pending, record.status != .undone,
                state.isPastPointOfNoReturn(in: compiled.graph) || record.result != nil
            {
                return record.undo
            }
        }
        return nil
    }
}
