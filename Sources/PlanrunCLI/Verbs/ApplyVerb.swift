import ArgumentParser
import Diagnostics
import Execution
import PlanModel

struct ApplyVerb: RunVerb {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Carry a plan out; every step is recorded in its state file.")

    @OptionGroup var options: RunOptions

    @Flag(name: .long, help: "If a run of this plan was interrupted, go on with it.")
    var resume = false

    @Flag(
        name: .customLong("accept-plan-change"),
        help: "With --resume: go on although steps that have not begun have changed.")
    var acceptPlanChange = false

    func start(_ run: PlanRun, _ file: StateFile) async throws -> ExitStatus {
        guard file.exists else { return await begin(run) }
        let state = try file.read()
        switch state.status {
        case .succeeded:
            return try finished(run, state, file)
        case .rolledBack: return await begin(run)
        case .running, .failed, .stopped:
            if resume { return await run.go(try run.continued(file, acceptsChange: acceptPlanChange)) }
            // Only checks have run: there is nothing to go on with or to take back.
            if state.hasChangedNothing { return await begin(run) }
            return refuse(run, state)
        case .rollingBack, .rollbackIncomplete: return refuse(run, state)
        }
    }

    private func finished(_ run: PlanRun, _ state: RunState, _ file: StateFile) throws -> ExitStatus {
        let anew = "to begin a new run, move '\(file.path)' away first"
        guard try run.changes(since: state, file).isEmpty else {
            run.context.refuse(
                "run-finished",
                "'\(state.planName)' was carried out at \(state.updatedAt), and the plan has changed since",
                help: [anew])
            return .invalid
        }
        run.context.message("nothing to do: '\(state.planName)' was carried out at \(state.updatedAt)")
        run.context.message("   = help: \(anew)")
        return .success
    }

    private func begin(_ run: PlanRun) async -> ExitStatus {
        if options.format == .text {
            run.context.output(run.context.wrapped(PlanHeader(plan: run.plan).text, indent: 4))
        }
        return await run.go(run.newState())
    }

    private func refuse(_ run: PlanRun, _ state: RunState) -> ExitStatus {
        let path = run.plan.file.path
        let isBack = state.status == .rollingBack || state.status == .rollbackIncomplete
        run.context.refuse(
            "run-unfinished",
            "a run of this plan, begun at \(state.startedAt), is not finished (\(state.status.rawValue))",
            help: (isBack ? [] : ["planrun resume \(path)     go on with it"])
                + ["planrun rollback \(path)   take back what it did", "planrun status \(path)     see how far it is"])
        return .invalid
    }
}

extension RunState {
    /// Whether no effect was ever begun.
    var hasChangedNothing: Bool { nodes.allSatisfy { $0.undo == nil } }
}
