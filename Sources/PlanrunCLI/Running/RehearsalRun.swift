import Diagnostics
import Execution
import FoundationEssentials
import Hooks
import Operations
import PlanModel
import RESP
import RedisTopology
import Rehearsal
import SystemPackage

/// One rehearsal: private servers, load, the plan against them, and the verdict.
struct RehearsalRun: Sendable {
    let context: CommandContext
    let metering: Metering
    let plan: Plan
    let data: DataSet
    let load: WriteLoad.Settings
    let keeps: Bool
    /// Whether the commands of `run` steps are run, and receivers told.
    let runsCommands: Bool
    let format: TextFormat

    func run() async -> ExitStatus {
        let description = LabDescription(plan: plan)
        tell("starting private servers on 127.0.0.1; the servers of the plan are not touched")
        let task = Task {
            try await Lab.run(description, connector: context.connector, keep: keeps) { try await carryOut(in: $0) }
        }
        // The first Ctrl-C cancels the rehearsal, which stops and removes the private servers; the second ends this
        // process at once.
        let signals = Signals(of: context) { count in
            if count > 1 { exitProcess(.stopped) }
            task.cancel()
        }
        defer { withExtendedLifetime(signals) {} }
        do {
            return try await task.value
        } catch is CancellationError {
            tell("stopped; the private servers are gone")
            return .stopped
        } catch {
            if signals.isDraining {
                tell("stopped; the private servers are gone")
                return .stopped
            }
            context.tell(notice(error))
            return .failure
        }
    }

    private func carryOut(in lab: Lab) async throws -> ExitStatus {
        for note in lab.notes { tell("note: \(note)") }
        tellCommands()
        if keeps { tell("logs and configuration stay in \(lab.folder.path)") }
        let filler = lab.session(lab.source)
        let contents = try await data.fill(filler)
        await filler.close()
        let expiring = contents.expiring.values.reduce(0, +)
        tell(
            "the source holds \(contents.keys.values.reduce(0, +)) keys in \(contents.keys.count) databases, \(expiring) with TTL; \(load.writers) writers write"
        )
        let writing = try await WriteLoad.start(lab, load)
        let times = StepTimes()
        let began = ContinuousClock.now
        let outcome: RunOutcome
        do {
            outcome = try await execute(in: lab, times)
        } catch {
            _ = await writing.stop()
            throw error
        }
        try await waitForWrites(after: writing)
        let record = await writing.stop()
        try Task.checkCancellation()
        return try await judge(outcome, record, window: began..<record.stopped, times, lab)
    }

    private func execute(in lab: Lab, _ times: StepTimes) async throws -> RunOutcome {
        let plan = lab.plan(from: self.plan, runsCommands: runsCommands)
        let compiled = CompiledPlan(plan)
        let servers = try context.servers(of: plan, as: ConnectionName(.running))
        let state = RunState(
            planPath: plan.file.path, planName: plan.name, plan: plan.file.text, graph: compiled.graph,
            lineage: UUID().uuidString.lowercased(), now: .now)
        let results = RunResults(state)
        let environment = environment(of: plan)
        let notifications = Notifications(plan, lineage: state.lineage, environment: environment, context)
        notifications.tellWarnings()
        let view = notifications.observed(metering.observed(context.runView(format)))
        let hooks = PlanHooks(plan, lineage: state.lineage, environment: environment) { results.json }
        let record = lab.folder.path.appending("rehearsal.state.json").string
        let lease = try await FileStore(path: record, holder: .thisProcess(since: .now)).hold()
        let executor = Executor(
            graph: compiled.graph,
            provider: compiled.operations(
                servers: servers,
                approver: TerminalApprover(approvals: Approvals(all: true), inquiry: nil), hooks: hooks),
            policies: compiled.policies,
            lease: metering.timed(lease),
            observer: { event in
                times.note(event)
                results.note(event)
                view.receive(event)
            })
        let outcome = await executor.run(state, interrupts: Interrupts().stream())
        view.close()
        await lease.release()
        await servers.close()
        for failure in outcome.failures where !failure.failure.isConsequence {
            context.tell(FailureView(plan: plan, failure: failure).notice)
        }
        await notifications.close(isHurried: Task.isCancelled)
        return outcome
    }

    /// Says what the commands are that a rehearsal leaves out, and whom it does not tell.
    private func tellCommands() {
        guard !runsCommands else { return }
        for step in plan.steps {
            guard case .run(let settings) = step.kind else { continue }
            tell("'\(step.id)' is left out; it would run \(RunStep.line(settings.command)) (--with-run runs it)")
        }
        if !plan.receivers.isEmpty {
            let names = plan.receivers.map { "'\($0.name)'" }.joined(separator: ", ")
            tell("nobody is told of this rehearsal; a run would tell \(names) (--with-run tells, too)")
        }
    }

    /// The variables that commands may inherit: not those in which the secrets of the real servers are.
    private func environment(of rehearsed: Plan) -> [String: String] {
        let kept = Set(rehearsed.secrets)
        return plan.secrets.filter { !kept.contains($0) }.reduce(into: context.environment) { variables, secret in
            if case .environment(let name) = secret { variables[name] = nil }
        }
    }

    /// Waits until the writers have reached the present primary again, so that the write gap has an end to measure.
    private func waitForWrites(after load: WriteLoad) async throws {
        let before = await load.acknowledgedCount
        for _ in 0..<300 where await load.acknowledgedCount < before + self.load.writers * 10 {
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func judge(
        _ outcome: RunOutcome, _ record: WriteRecord, window: Range<ContinuousClock.Instant>, _ times: StepTimes,
        _ lab: Lab
    ) async throws -> ExitStatus {
        let primary = await primary(of: lab)
        let session = lab.session(primary)
        let lost = try await LostWrites.find(record, on: session)
        await session.close()
        let verdict = RehearsalVerdict(record: record, lost: lost, window: window, steps: times.steps)
        let view = RehearsalView(verdict: verdict, outcome: outcome, notes: lab.notes)
        switch format {
        case .json: context.output(view.json)
        case .text: context.show(view.text(context.style), indent: 2)
        }
        return view.isGood ? .success : .failure
    }

    /// The server that takes writes at the end. The source is tried first, because a target that never followed it is a
    /// primary, too.
    private func primary(of lab: Lab) async -> ServerProcess {
        let isTaken = try? await lab.send(["SET", "planrun:rehearsal", "end", "EX", "60"], to: lab.source)
        return isTaken == nil ? lab.target : lab.source
    }

    private func notice(_ error: any Error) -> Notice {
        guard let error = error as? RehearsalError else {
            return Notice(code: .verb(.rehearsalFailed), what: "\(error)", details: ["the private servers are gone"])
        }
        return Notice(
            code: FailureCode(error.code), what: error.sentence,
            details: error.log.map { "│ \($0)" } + ["the private servers are gone"], help: error.help)
    }

    private func tell(_ sentence: String) {
        if format == .text { context.show(sentence, indent: 2) } else { context.tell(sentence) }
    }
}
