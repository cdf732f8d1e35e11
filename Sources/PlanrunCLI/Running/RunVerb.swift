import Diagnostics
import Execution
import FoundationEssentials
import Operations
import PlanGraph
import PlanModel

/// A verb that carries a plan out or takes it back: they share the plan, the lock, the state and the view.
protocol RunVerb: Verb {
    var options: RunOptions { get }
    var approvals: Approvals { get }
    func start(_ run: PlanRun, _ file: StateFile) async throws -> ExitStatus
}

extension RunVerb {
    var display: DisplayOptions { options.display }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(options.plan)
        let file = options.stateFile
        let settings = RunSettings(
            store: file, statePath: file.path, approvals: approvals, format: options.format, commands: options.commands)
        // What is wrong with a record is said by who needs it.
        let recorded = (try? file.read()).flatMap { $0.status == .rolledBack ? nil : $0.lineage }
        let run = try PlanRun(
            context, settings, plan: plan, lineage: recorded ?? UUID().uuidString.lowercased(),
            view: context.runView(options.format))
        let status: ExitStatus
        do {
            // Held until the process ends or this returns; the kernel gives it back if we are killed.
            let lock = try RunLock.acquire(forState: file.path, as: .thisProcess(since: .now))
            defer { lock.release() }
            status = try await start(run, file)
        } catch let error as StateFileError {
            context.tell(Notice(error, options.commands))
            status = error.code == .locked ? .failure : .invalid
        } catch let refused as ExitStatus {
            status = refused
        }
        await run.servers.close()
        return status
    }
}

extension CommandContext {
    func runView(_ format: TextFormat) -> any RunView {
        switch format {
        case .json: return JSONRunView(context: self)
        case .text:
            guard let terminal else { return PlainRunView(context: self) }
            return TerminalRunView(terminal: terminal)
        }
    }
}

extension PlanRun {
    /// Sees to it that no other planrun carries out a run on the same servers. Comes before anything else that is said to
    /// them: from then on other planruns see this run.
    /// - Throws: `ExitStatus.failure` after saying who does.
    func claimServers() async throws(ExitStatus) {
        do {
            try await RunClaim.take(servers)
        } catch let failure as StepFailure {
            context.tell(
                Notice(
                    code: failure.code.word, what: failure.what,
                    details: [failure.place.joined(separator: " · ")] + failure.world, help: failure.help))
            throw .failure
        } catch {
            throw .stopped
        }
    }

    /// The recorded run, ready to go on with this plan.
    /// - Throws: `StateFileError`, or `ExitStatus.invalid` after saying which steps of the plan have changed.
    func continued(_ file: StateFile, acceptsChange: Bool) throws -> RunState {
        let state = try file.read()
        let changes = try changes(since: state, file)
        if changes.isEmpty {
            return try state.checked(
                against: compiled.graph, planName: plan.name, planPath: plan.file.path, path: file.path)
        }
        guard acceptsChange, changes.touchOnlyPending(state) else {
            refuse(changes, state, acceptsChange: acceptsChange)
            throw ExitStatus.invalid
        }
        return try state.adopting(compiled.graph, plan: plan.file.text, path: file.path)
    }

    /// A new run takes the place of an old record, but only of one of this plan.
    func refuseIfOfAnotherPlan(_ state: RunState, _ file: StateFile) throws(StateFileError) {
        do {
            _ = try state.checked(
                against: compiled.graph, planName: plan.name, planPath: plan.file.path, path: file.path)
        } catch {
            if error.code == .otherPlan { throw error }
        }
    }

    /// What the plan says differently from when the run began.
    func changes(since state: RunState, _ file: StateFile) throws(ExitStatus) -> PlanChanges {
        let reading = Plan.read(
            .init(path: state.planPath, text: state.plan), checks: PreflightCatalogue.declarations)
        guard let earlier = reading.plan else {
            context.tell(
                Notice(
                    code: "recorded-plan-unreadable",
                    what: "the plan recorded in '\(file.path)' is not one that this planrun reads",
                    help: ["go on with the planrun that began the run"]))
            throw .invalid
        }
        return plan.changes(since: earlier)
    }

    private func refuse(_ changes: PlanChanges, _ state: RunState, acceptsChange: Bool) {
        let what = changes.sentences.joined(separator: "; ")
        let help =
            acceptsChange
            ? "only steps that have not begun, and 'rollback', may change; these have begun: \(changes.begun(state).joined(separator: ", "))"
            : "'--accept-plan-change' goes on if only steps have changed that have not begun"
        context.tell(
            Notice(
                code: "plan-changed", what: "the plan has changed since the run began: \(what)",
                help: [help, "the plan as it was is in '\(options.statePath)' under 'plan'"]))
    }
}

extension PlanChanges {
    var sentences: [String] {
        var sentences: [String] = []
        for (ids, word) in [(changed, "changed"), (added, "is new"), (removed, "is gone")] {
            sentences += ids.map { "step '\($0)' \(word)" }
        }
        return sentences + sections.map { "'\($0.rawValue)' changed" }
    }

    /// What has changed although the run has got there already.
    func begun(_ state: RunState) -> [String] {
        let begun = Set(state.nodes.filter { $0.status != .pending }.map(\.id.step))
        let servers = sections.filter { $0 != .rollback }.map { "'\($0.rawValue)'" }
        return (changed + removed).filter { begun.contains($0) }.map { "'\($0)'" } + servers
    }

    func touchOnlyPending(_ state: RunState) -> Bool { begun(state).isEmpty }
}
