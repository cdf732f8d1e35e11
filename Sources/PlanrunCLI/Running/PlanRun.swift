import Diagnostics
import Execution
import FoundationEssentials
import Hooks
import Operations
import PlanGraph
import PlanModel

/// One call of `apply`, `resume` or `rollback`: drives the executor, and tells a person how it ended.
struct PlanRun: Sendable {
    let context: CommandContext
    let options: RunSettings
    let plan: Plan
    let compiled: CompiledPlan
    let servers: Servers
    let view: any RunView
    let interrupts = Interrupts()
    let signals: Signals
    let warnings = RunWarnings()
    /// The lineage of the recorded run if this call goes on with that run, otherwise a new lineage.
    private let lineage: String

    /// - Throws: `ExitStatus.invalid` if a secret of the plan cannot be read.
    init(
        _ context: CommandContext, _ options: RunSettings, plan: Plan, lineage: String, view: any RunView
    ) throws(ExitStatus) {
        self.context = context
        self.options = options
        self.plan = plan
        self.view = view
        compiled = CompiledPlan(plan)
        self.lineage = lineage
        servers = try context.servers(of: plan, as: ConnectionName(.running, run: lineage))
        signals = Signals(of: context, sending: interrupts, to: view)
    }

    var commands: CommandLines { options.commands }
    var wayBack: WayBack { WayBack(compiled: compiled, servers: servers, commands: commands) }

    /// - Parameter earlier: the run before it in the same place, whose record the new one keeps.
    func newState(after earlier: RunState? = nil) -> RunState {
        RunState(
            planPath: plan.file.path, planName: plan.name, plan: plan.file.text, graph: compiled.graph,
            lineage: lineage, now: .now,
            history: earlier.flatMap { run in
                run.asHistory(in: run.recordedPlan.map { CompiledPlan($0).graph } ?? compiled.graph)
            })
    }

    /// A new run after one that was abandoned: what that one has left in place is this run's to take back.
    func newState(afterAbandoned earlier: RunState) async throws(ExitStatus) -> RunState {
        try await claimServers()
        let state = newState(after: earlier)
        guard let recorded = earlier.recordedPlan, isOnSameServers(as: recorded) else {
            return state.inheriting([:], leaving: earlier.leftovers ?? [])
        }
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        let kinds = Dictionary(recorded.steps.map { ($0.id, $0.kind.name) }) { first, _ in first }
        let same = Set(plan.steps.filter { kinds[$0.id] == $0.kind.name }.map(\.id))
        let undo = await earlier.inheritance(in: compiled.graph, asking: provider).filter { same.contains($0.key.step) }
        let left = await earlier.leftovers(in: compiled.graph, asking: provider, except: Set(undo.keys))
        tellInheritance(Set(undo.keys.map(\.step)), earlier)
        return state.inheriting(undo, leaving: left)
    }

    private func isOnSameServers(as recorded: Plan) -> Bool {
        plan.changes(since: recorded).sections.allSatisfy { !$0.namesServers }
    }

    private func tellInheritance(_ taken: Set<String>, _ earlier: RunState) {
        guard !taken.isEmpty else { return }
        let steps = plan.steps.map(\.id).filter(taken.contains).map { "'\($0)'" }.joined(separator: ", ")
        context.tell("this run takes over what the one abandoned at \(earlier.updatedAt) has left of \(steps)")
    }

    /// Prints what is going to happen, where it is recorded and how to stop it.
    func announce() {
        guard options.format == .text else { return }
        context.show(
            (PlanHeader(plan: plan).lines + [
                "  every step is recorded in \(options.statePath)",
                "  Ctrl-C stops it in order at any time; 'planrun resume' goes on from there",
            ]).joined(separator: "\n"), indent: 4)
    }

    /// Carries the plan out from a state. After a failure it does what the plan's `rollback` section says.
    /// - Throws: `ExitStatus.failure` if another planrun carries out a run on the same servers.
    func go(_ state: RunState) async throws(ExitStatus) -> ExitStatus {
        try await claimServers()
        return try await goOn(state)
    }

    /// Begins a new run. A saved plan is carried out only on servers that are as they were when it was saved.
    func begin(_ state: RunState) async throws(ExitStatus) -> ExitStatus {
        try await claimServers()
        try await options.saved?.check(servers, compiled, context)
        return try await goOn(state)
    }

    private func goOn(_ state: RunState) async throws(ExitStatus) -> ExitStatus {
        try checkHooks(state)
        options.notifications.tellWarnings()
        announce()
        let outcome = await executor(state, allowance: .noReturn).run(state, interrupts: interrupts.stream())
        view.close()
        return await conclude(outcome)
    }

    /// Takes back what was done.
    /// - Parameter allowance: what may be given up to take back the cutover, too.
    func goBack(_ state: RunState, allowance: WriteAllowance = .noReturn) async -> ExitStatus {
        let executor = executor(state, allowance: allowance)
        let outcome = await executor.rollBack(
            state, interrupts: interrupts.stream(), pastPointOfNoReturn: allowance != .noReturn)
        view.close()
        return await Conclusion(run: self, state: outcome.state).tell(outcome, before: state)
    }

    /// What is still in place of one step's effect, and how a person takes it away.
    func leftovers(of node: RunState.Node) async -> [Leftover] {
        guard let undo = node.undo else { return [] }
        return await compiled.operations(servers: servers, approver: approver).operation(for: node.id).leftovers(undo)
    }

    /// What a run that was taken back has left in the servers' configuration files.
    /// - Parameter state: the record from before it was taken back.
    func leftInFiles(_ state: RunState) async -> [Leftover] {
        await state.leftInFiles(in: compiled.graph, asking: compiled.operations(servers: servers, approver: approver))
    }

    private func executor(_ state: RunState, allowance: WriteAllowance) -> Executor {
        let results = RunResults(state)
        return Executor(
            graph: compiled.graph,
            provider: compiled.operations(
                servers: servers, approver: approver, hooks: hooks { results.json }, allowance: allowance),
            policies: compiled.policies, lease: options.lease, holder: options.holder,
            observer: { [view, warnings] event in
                warnings.note(event)
                results.note(event)
                view.receive(event)
            })
    }

    private func hooks(_ results: @escaping @Sendable () -> String) -> PlanHooks {
        PlanHooks(plan, lineage: lineage, environment: context.environment, results: results)
    }

    /// Makes sure that the commands of steps that are still to come can be started: one that is missing after the cutover
    /// would be noticed too late.
    private func checkHooks(_ state: RunState) throws(ExitStatus) {
        let hooks = hooks { "" }
        for step in plan.steps {
            guard case .run(let settings) = step.kind, state[NodeID(step: step.id)]?.status != .succeeded,
                let obstacle = hooks.obstacle(settings)
            else { continue }
            context.tell(
                Notice(
                    code: .operation(.runNotStarted), what: "step '\(step.id)' could not run: \(obstacle.what)",
                    details: [
                        "at \(plan.file.path):\(step.range.start.line):\(step.range.start.column)", "nothing was done",
                    ],
                    help: [obstacle.help]))
            throw .invalid
        }
    }

    private var approver: TerminalApprover {
        TerminalApprover(
            approvals: options.approvals, inquiry: inquiry, wayBack: PlanHeader(plan: plan).wayBack,
            warnings: { [warnings] in warnings.lines })
    }

    /// `nil` if there is nobody to ask.
    private var inquiry: Inquiry? {
        context.input.map { input in
            Inquiry(
                input: input, ask: { [view] in view.ask($0) }, isDraining: { [signals] in signals.isDraining })
        }
    }

    /// Asks the person at the terminal, even if the command line has approved steps already.
    func isAgreed(_ question: String, _ yes: Inquiry.Yes, introduction: [String] = []) async -> Bool {
        let answer = try? await inquiry?.answer(to: question, yes, introduction: introduction) { [servers] in
            await WorldReport(servers).facts()
        }
        if case .yes? = answer { return true }
        return false
    }

    private func conclude(_ outcome: RunOutcome) async -> ExitStatus {
        let conclusion = Conclusion(run: self, state: outcome.state)
        switch outcome.ending {
        case .succeeded:
            await conclusion.tellSuccess()
            return .success
        case .interrupted:
            await conclusion.tellInterruption()
            return .stopped
        case .paused(let node):
            await conclusion.tellPause(at: node)
            return .stopped
        case .stateWriteFailed(let error):
            // If not even the first record could be written, no step was begun.
            if outcome.state.serial <= 1 {
                context.tell(Notice(error, commands))
                return .invalid
            }
            await conclusion.tellNotWritten(error)
            return .stopped
        case .leaseLost(let failure):
            await conclusion.tellLeaseLost(failure)
            return .stopped
        case .failed:
            return await fail(outcome, conclusion)
        }
    }

    private func fail(_ outcome: RunOutcome, _ conclusion: Conclusion) async -> ExitStatus {
        let state = outcome.state
        let next = await wayBack.nextSteps(state)
        if outcome.failures.contains(where: { $0.failure.code == .operation(.watchGoesBack) }) {
            return await goBackByItself(outcome, conclusion, next)
        }
        switch next.standing {
        case .past, .closed:
            await conclusion.tellFailure(outcome.failures, next)
            return .personNeeded
        // Nobody can tell whether the target took over: a rollback would wait for it as a resume does.
        case .perhaps:
            await conclusion.tellFailure(outcome.failures, next)
            return .stopped
        case .before: break
        }
        guard !next.isUntouched else {
            await conclusion.tellFailure(outcome.failures, next)
            return .failure
        }
        switch plan.rollback.onFailure {
        case .never: break
        case .automatic:
            conclusion.tell(outcome.failures, help: ["the plan says 'on-failure: automatic': it is rolled back now"])
            return await goBack(state).afterFailure
        case .ask:
            guard context.canAsk else { break }
            conclusion.tell(outcome.failures)
            if await isAgreed("Roll back now?", .letter) { return await goBack(state).afterFailure }
            await conclusion.summarizeFailure(outcome.failures, next)
            return .stopped
        }
        await conclusion.tellFailure(outcome.failures, next)
        return .stopped
    }

    /// A step that watches has seen trouble that going back ends. The servers are asked once more whether that loses a
    /// write, and who has just asked the run to stop does not want it to begin anything.
    private func goBackByItself(
        _ outcome: RunOutcome, _ conclusion: Conclusion, _ next: NextSteps
    ) async -> ExitStatus {
        guard !signals.isDraining, case .past(let cutover) = next.standing, let undo = cutover.undo,
            let offer = try? await ReturnOffer.read(servers, undo: undo), offer.rule == .keep, offer.cost.count == 0
        else {
            await conclusion.tellFailure(
                outcome.failures, next,
                help: ["it does not go back by itself now, since that might lose writes, or was to be stopped"])
            return .personNeeded
        }
        conclusion.tell(outcome.failures, help: ["the plan says 'on-trouble: rollback': it goes back now"])
        context.tell(offer.promise)
        return await goBack(outcome.state, allowance: .noWrite).afterFailure
    }
}

extension ExitStatus {
    /// The exit code of a run that failed and was then rolled back: the run has failed even if the rollback
    /// succeeded.
    fileprivate var afterFailure: ExitStatus { self == .success ? .failure : self }
}

/// What `PlanRun` needs of the arguments.
struct RunSettings: Sendable {
    /// Holds the run. Whoever took the lease gives it back.
    var lease: any RunLease
    /// Who has taken the lease.
    var holder: RunHolder
    var statePath: String
    var approvals: Approvals
    var format: TextFormat
    var commands: CommandLines
    var notifications: Notifications
    /// The saved plan that is carried out, if it is one.
    var saved: SavedPlan?
}

extension Signals {
    /// The first signal asks the run to stop in order, the second stops what can be stopped, the third ends the
    /// process.
    convenience init(of context: CommandContext, sending interrupts: Interrupts, to view: any RunView) {
        self.init(of: context) { count in
            switch count {
            case 1:
                view.note(
                    "stopping: a change that has begun is finished, and nothing new is started (Ctrl-C again: interrupt the change, too)"
                )
                interrupts.send(.drain)
            case 2:
                view.note(
                    "interrupting what is running; only a handover that has begun is still finished (Ctrl-C again: quit at once)"
                )
                interrupts.send(.cancel)
            default:
                view.note("quit in the middle of a change; 'planrun resume' asks the servers what was done")
                context.flush(.milliseconds(500))
                exitProcess(ExitStatus.stopped)
            }
        }
    }
}
