import ArgumentParser
import Diagnostics
import Execution
import PlanModel

struct ApplyVerb: RunVerb {
    static let isReadOnly = false
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Carry out a plan, or exactly what 'plan --out' saved; every step is recorded in its state file.")

    @OptionGroup var options: RunOptions
    @OptionGroup var approval: ApprovalOptions

    @Flag(name: .long, help: "If a run of this plan was interrupted, go on with it.")
    var resume = false

    @Flag(
        name: .customLong("accept-plan-change"),
        help: "With --resume: go on although steps that have not begun have changed.")
    var acceptPlanChange = false

    @Flag(
        name: .customLong("new-run"),
        help:
            "Begin a new run although the plan was carried out; the record of the old one is kept in that of the new one."
    )
    var newRun = false

    @Option(
        name: .customLong("max-age"),
        help: ArgumentHelp("The oldest saved plan that is carried out.", valueName: "duration"))
    var maxAge = PlanDuration(value: .seconds(86_400))

    var approvals: Approvals { approval.approvals }
    var beginsNewRun: Bool { newRun }

    func savedPlan(_ context: CommandContext) throws(ExitStatus) -> SavedPlan? {
        guard let saved = try context.savedPlan(at: options.plan) else { return nil }
        try saved.check(age: maxAge.value, at: .now, context)
        return saved
    }

    func start(_ run: PlanRun) async throws -> ExitStatus {
        let state: RunState
        do throws(StoreFailure) {
            state = try await run.options.lease.read()
        } catch {
            guard error.code == .missing else { throw error }
            return try await run.begin(run.newState())
        }
        try run.refuseIfOfAnotherPlan(state)
        switch state.status {
        case .succeeded:
            if newRun { return try await run.begin(run.newState(after: state)) }
            return try finished(run, state)
        case .rolledBack: return try await run.begin(run.newState(after: state))
        case .abandoned: return try await run.begin(run.newState(afterAbandoned: state))
        case .running, .failed, .stopped:
            if resume { return try await run.go(run.continued(acceptsChange: acceptPlanChange)) }
            // Only checks have run, so there is nothing to resume and nothing to take back.
            if state.hasChangedNothing { return try await run.begin(run.newState(after: state)) }
            return refuse(run, state)
        case .rollingBack, .rollbackIncomplete: return refuse(run, state)
        }
    }

    private func finished(_ run: PlanRun, _ state: RunState) throws -> ExitStatus {
        guard try run.changes(since: state).isEmpty else {
            run.context.tell(
                Notice(
                    code: .verb(.runFinished),
                    what: "'\(state.planName)' was carried out at \(state.updatedAt), and the plan has changed since",
                    next: [run.commands.newRun]))
            return .invalid
        }
        run.context.tell("nothing to do: '\(state.planName)' was carried out at \(state.updatedAt)")
        return .success
    }

    private func refuse(_ run: PlanRun, _ state: RunState) -> ExitStatus {
        let isBack = state.status == .rollingBack || state.status == .rollbackIncomplete
        run.context.tell(
            Notice(
                code: .verb(.runUnfinished),
                what:
                    "a run of this plan, begun at \(state.startedAt), is not finished (\(state.status.rawValue)); nothing was done now",
                next: (isBack ? [] : [run.commands.next("resume", "go on with it")])
                    + [
                        run.commands.next("rollback", "take back what it did"),
                        run.commands.next("abandon", "end it as it is, if neither works"),
                        run.commands.next("status", "see how far it is"),
                    ]))
        return .invalid
    }
}

extension RunState {
    /// Whether no effect was ever begun.
    var hasChangedNothing: Bool { nodes.allSatisfy { $0.undo == nil } }

    /// Whether a rollback has taken something back.
    var hasTakenBack: Bool { nodes.contains { $0.status == .undone } }
}
