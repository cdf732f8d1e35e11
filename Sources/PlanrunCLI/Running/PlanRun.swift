import Diagnostics
import Execution
import FoundationEssentials
import Operations
import PlanModel

/// One call of `apply`, `resume` or `rollback`: holds the lock, drives the executor, and tells a person how it ended.
struct PlanRun: Sendable {
    let context: CommandContext
    let options: RunSettings
    let plan: Plan
    let compiled: CompiledPlan
    let servers: Servers
    let view: any RunView
    let interrupts = Interrupts()
    let signals: Signals

    /// - Throws: `ExitStatus.invalid` where a secret of the plan cannot be read.
    init(_ context: CommandContext, _ options: RunSettings, plan: Plan, view: any RunView) throws(ExitStatus) {
        self.context = context
        self.options = options
        self.plan = plan
        self.view = view
        compiled = CompiledPlan(plan)
        servers = try context.servers(of: plan)
        signals = Signals(sending: interrupts, message: context.message)
    }

    func newState() -> RunState {
        RunState(
            planPath: plan.file.path, planName: plan.name, plan: plan.file.text, graph: compiled.graph,
            lineage: UUID().uuidString.lowercased(), now: .now)
    }

    /// Carries the plan out from a state, and does what it says about failures.
    func go(_ state: RunState) async -> ExitStatus {
        let outcome = await executor(discardsWrites: false).run(state, interrupts: interrupts.stream())
        view.close()
        return await conclude(outcome)
    }

    /// Takes back what was done.
    /// - Parameter discardsWrites: also the cutover, giving up what was written since.
    func goBack(_ state: RunState, discardsWrites: Bool = false) async -> ExitStatus {
        let executor = executor(discardsWrites: discardsWrites)
        let outcome = await executor.rollBack(
            state, interrupts: interrupts.stream(), pastPointOfNoReturn: discardsWrites)
        view.close()
        let conclusion = Conclusion(run: self, state: outcome.state)
        switch outcome.ending {
        case .complete:
            context.message(conclusion.rolledBack(outcome))
            return .success
        case .incomplete:
            conclusion.show(outcome.failures, then: conclusion.rollbackHelp)
            return .personNeeded
        case .interrupted:
            context.message("the rollback was stopped; go on with: planrun rollback \(plan.file.path)")
            return .stopped
        case .stateWriteFailed(let error):
            context.show(error)
            return .personNeeded
        }
    }

    private func executor(discardsWrites: Bool) -> Executor {
        Executor(
            graph: compiled.graph,
            provider: compiled.operations(servers: servers, approver: approver, discardsWrites: discardsWrites),
            policies: compiled.policies, store: options.store, observer: { [view] in view.receive($0) })
    }

    private var approver: TerminalApprover {
        TerminalApprover(
            approvesAll: options.approvesAll, approved: options.approved, canAsk: context.canAsk,
            ask: { [view] in view.ask($0) }, isDraining: { [signals] in signals.isDraining })
    }

    private func conclude(_ outcome: RunOutcome) async -> ExitStatus {
        let conclusion = Conclusion(run: self, state: outcome.state)
        switch outcome.ending {
        case .succeeded:
            context.message(conclusion.succeeded)
            return .success
        case .interrupted:
            context.message(conclusion.interrupted)
            return .stopped
        case .paused(let node):
            let waiting = outcome.state[node]?.error.map { [NodeFailure(node: node, failure: $0)] } ?? []
            conclusion.show(waiting, then: conclusion.resumeHelp + conclusion.rollbackHelp)
            return .stopped
        case .stateWriteFailed(let error):
            context.show(error)
            return outcome.state.serial <= 1 ? .invalid : .stopped
        case .failed:
            return await fail(outcome, conclusion)
        }
    }

    private func fail(_ outcome: RunOutcome, _ conclusion: Conclusion) async -> ExitStatus {
        let state = outcome.state
        if state.isPastPointOfNoReturn(in: compiled.graph) {
            conclusion.show(outcome.failures, then: conclusion.resumeHelp)
            return .personNeeded
        }
        guard !state.nodesToUndo(in: compiled.graph).isEmpty else {
            conclusion.show(outcome.failures, then: conclusion.againHelp)
            return .failure
        }
        switch plan.rollback.onFailure {
        case .never: break
        case .automatic:
            conclusion.show(outcome.failures, then: ["the plan says 'on-failure: automatic': rolling back now"])
            return await goBack(state).afterFailure
        case .ask:
            guard context.canAsk else { break }
            conclusion.show(outcome.failures, then: [])
            if await conclusion.wantsRollback() { return await goBack(state).afterFailure }
            return .stopped
        }
        conclusion.show(outcome.failures, then: conclusion.resumeHelp + conclusion.rollbackHelp)
        return .stopped
    }
}

extension ExitStatus {
    /// A rollback that went well ends a run that did not.
    fileprivate var afterFailure: ExitStatus { self == .success ? .failure : self }
}

/// What `PlanRun` needs of the arguments.
struct RunSettings: Sendable {
    var store: any StateStore
    var approvesAll: Bool
    var approved: Set<String>
}

extension Signals {
    /// The first asks the run to stop in order, the second stops what can be stopped, the third ends the process.
    convenience init(sending interrupts: Interrupts, message: @escaping @Sendable (String) -> Void) {
        self.init { count in
            switch count {
            case 1:
                message("stopping: what runs is let end, nothing more is started (again: stop now)")
                interrupts.send(.drain)
            case 2:
                message("stopping now; a cutover in its critical section ends first (again: leave at once)")
                interrupts.send(.cancel)
            default:
                message("left at once: 'planrun resume' asks the servers what was done")
                exitProcess(ExitStatus.stopped)
            }
        }
    }
}
