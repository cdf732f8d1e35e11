import Diagnostics
import Execution
import Operations
import PlanGraph
import PlanModel

/// The last words of a run: how it ended, what state the servers are in, what to type next.
struct Conclusion {
    let run: PlanRun
    let state: RunState

    private typealias Row = RunSummary.Row

    private var name: String { "'\(run.plan.name)'" }
    private var duration: String { state.startedAt.duration(to: state.updatedAt).short }

    // MARK: A run that was carried out

    func tellSuccess() async {
        tellLeftovers()
        let steps = await run.wayBack.nextSteps(state)
        await summarize(
            .good, "done:", "\(name) was carried out in \(duration)", steps,
            next: steps.back + (steps.standing.isClosable ? [decommission] : []) + [report])
    }

    private var decommission: NextCommand {
        run.commands.next("decommission", "take the old source out of service; the way back ends then")
    }

    func tellInterruption() async {
        let steps = await run.wayBack.nextSteps(state)
        await summarize(
            .open, "stopped", "after \(duration); planrun does nothing more, and the servers go on with what they do",
            steps, rows: [RunSummary.cutOff(run.plan, state)])
    }

    func tellPause(at node: NodeID) async {
        guard let failure = state[node]?.error else { return }
        // The command lines below say how to approve the step, so the step's own help is left out.
        var waiting = failure
        waiting.help = []
        tell([NodeFailure(node: node, failure: waiting)])
        let steps = await run.wayBack.nextSteps(state)
        await summarize(
            .open, "stopped",
            "after \(duration): '\(node)' waits for a person, and the servers go on with what they do", steps,
            next: answers(to: waiting, of: node) + steps.back)
    }

    private func answers(to waiting: StepFailure, of node: NodeID) -> [NextCommand] {
        guard waiting.code == .operation(.runInterrupted) else {
            return [run.commands.next("resume", arguments: ["--approve", "\(node)"], "say yes and go on")]
        }
        return [
            run.commands.next("resume", arguments: ["--done", "\(node)"], "say that it was done, and go on"),
            run.commands.next("resume", arguments: ["--again", "\(node)"], "run it again, and go on"),
        ]
    }

    // MARK: A run that failed

    /// Prints the failures, in the order of the graph. What to do next in any case is printed under the last one.
    /// - Parameter shown: sentences about the servers that are printed elsewhere.
    func tell(_ failures: [NodeFailure], help: [String] = [], shown: [String] = []) {
        let failures = causes(failures)
        for (index, failure) in failures.enumerated() {
            let isLast = index == failures.count - 1
            let view = FailureView(plan: run.plan, failure: failure, shown: shown, help: isLast ? help : [])
            run.context.tell(view.notice)
        }
    }

    func tellFailure(_ failures: [NodeFailure], _ steps: NextSteps, help: [String] = []) async {
        let servers = steps.isUntouched ? [] : await WorldReport(run.servers).facts()
        tell(failures, help: help, shown: servers.map(\.text))
        summarizeFailure(failures, steps, servers: servers)
    }

    /// For failures that were printed before.
    func summarizeFailure(_ failures: [NodeFailure], _ steps: NextSteps) async {
        await summarizeFailure(failures, steps, servers: WorldReport(run.servers).facts())
    }

    private func summarizeFailure(_ failures: [NodeFailure], _ steps: NextSteps, servers: [ApprovalFact]) {
        let causes = causes(failures)
        let extent =
            switch steps.standing {
            case .before where steps.isUntouched: ", and nothing was changed on the servers"
            case .before: run.plan.failover == nil ? "" : ", before the point of no return"
            case .perhaps: ", and nobody can tell yet whether the point of no return was passed"
            case .past, .closed: ", past the point of no return"
            }
        summarize(
            .bad, "failed", "after \(duration) at \(causes.map(\.node).quoted)\(extent)", steps, servers: servers,
            rows: causes.count > 1 ? [RunSummary.failures(state)] : [])
    }

    /// What was not asked because of another failure is only counted, in the last line of its step.
    private func causes(_ failures: [NodeFailure]) -> [NodeFailure] {
        let causes = failures.filter { !$0.failure.isConsequence }
        return causes.isEmpty ? failures : causes
    }

    // MARK: A run that was taken back

    /// Prints how a rollback ended, and returns the exit code for it.
    /// - Parameter before: the record from before the rollback.
    func tell(_ outcome: RollbackOutcome, before: RunState) async -> ExitStatus {
        let steps = await run.wayBack.nextSteps(state)
        switch outcome.ending {
        case .complete:
            let files = await run.leftInFiles(before)
            let extent = state.leftovers == nil ? "" : ", except for what was left behind earlier"
            let exception = files.isEmpty ? "" : ", but for a configuration file"
            tellLeftovers()
            tell(files, title: "left in configuration files:")
            await summarize(
                .good, "rolled back:", "nothing of \(name) is left on the servers\(extent)\(exception)", steps,
                rows: [RunSummary.failures(before)],
                next: [run.commands.next("apply", "begin again, once the cause is removed")])
            return files.isEmpty ? .success : .personNeeded
        case .incomplete:
            tell(outcome.failures)
            // If somebody else made the target primary, neither that cutover nor the steps before it can be taken back.
            // The run can only be resumed.
            let isOver =
                !state.hasTakenBack && outcome.failures.contains { $0.failure.code == .operation(.pastPointOfNoReturn) }
            await summarize(
                .bad, "failed",
                "to roll back at \(causes(outcome.failures).map(\.node).quoted); \(open(outcome))", steps,
                next: isOver ? [steps.resume, steps.abandon] : [rollback, steps.abandon])
            return .personNeeded
        case .interrupted:
            await summarize(
                .open, "stopped:", "the rollback has not come to its end; \(open(outcome))", steps, next: [rollback])
            return .stopped
        case .stateWriteFailed(let error):
            await tellNotWritten(error, next: [rollback])
            return .personNeeded
        case .leaseLost(let failure):
            await tellLeaseLost(failure)
            return .stopped
        }
    }

    private func open(_ outcome: RollbackOutcome) -> String { "not taken back yet: \(outcome.remaining.quoted)" }

    private var rollback: NextCommand { run.wayBack.rollback(state) }

    /// A run that goes on with another source may have left something at the former one, and one before it elsewhere.
    private func tellLeftovers() { tell(state.leftovers ?? [], title: LeftoverLines.title(of: state)) }

    private func tell(_ leftovers: [Leftover], title: String) {
        guard !leftovers.isEmpty else { return }
        let lines = LeftoverLines(leftovers: leftovers).lines(width: run.context.messageStyle.width)
        run.context.message(([title] + lines).joined(separator: "\n"))
    }

    // MARK: A run whose record is out of reach

    /// Prints that the run was stopped because its lease is lost. What to type next depends on whether somebody else
    /// now carries out the run, which only a person can find out.
    func tellLeaseLost(_ failure: StoreFailure) async {
        await tellUnrecorded(failure) { _ in
            [
                run.commands.next("status", "see whether somebody else goes on with the run, and how far it is"),
                run.commands.next("resume", "go on from what the servers say, when nobody else does"),
            ]
        }
    }

    /// Prints that the record can no longer be written, so that the last effects may be missing in it.
    /// - Parameter next: how to go on; `nil` gives the same advice as after any other stop.
    func tellNotWritten(_ failure: StoreFailure, next: [NextCommand]? = nil) async {
        await tellUnrecorded(failure) { steps in
            // The last step may have succeeded although the record does not say so; then `resume` completes the record.
            next ?? (steps.all.isEmpty ? [steps.resume] : steps.all)
        }
    }

    private func tellUnrecorded(_ failure: StoreFailure, next: (NextSteps) -> [NextCommand]) async {
        run.context.tell(
            Notice(
                code: FailureCode(failure.code), what: failure.what,
                details: ["the run was stopped and does nothing more; the last thing that it did may not be recorded"],
                help: failure.help))
        let steps = await run.wayBack.nextSteps(state)
        await summarize(
            .bad, "stopped", "after \(duration), since its record cannot be kept", steps, next: next(steps))
    }

    // MARK: The summary

    private func summarize(
        _ tone: RunSummary.Tone, _ ending: String, _ verdict: String, _ steps: NextSteps, rows: [Row?] = [],
        next: [NextCommand]? = nil
    ) async {
        let servers = await WorldReport(run.servers).facts()
        summarize(tone, ending, verdict, steps, servers: servers, rows: rows, next: next)
    }

    /// - Parameters:
    ///   - rows: what only this ending has to say.
    ///   - next: what to type; `nil` for what is advised of every such run.
    private func summarize(
        _ tone: RunSummary.Tone, _ ending: String, _ verdict: String, _ steps: NextSteps, servers: [ApprovalFact],
        rows: [Row?] = [], next: [NextCommand]? = nil
    ) {
        let summary = RunSummary(
            tone: tone, ending: ending, verdict: verdict, rows: self.rows(steps, rows).compactMap(\.self),
            servers: servers, more: run.commands.next("status", ""), next: next ?? steps.all)
        run.context.message(summary.text(run.context.messageStyle))
    }

    private func rows(_ steps: NextSteps, _ own: [Row?]) -> [Row?] {
        let (plan, standing) = (run.plan, steps.standing)
        let gap = RunSummary.writeGap(state)
        if state.status == .rolledBack {
            return [RunSummary.moved(plan, standing)] + own + [gap]
        }
        return [RunSummary.moved(plan, standing)] + own
            + [RunSummary.steps(plan, state), gap, RunSummary.findings(state)]
            + (steps.isUntouched ? [] : [RunSummary.wayBack(plan, standing)])
    }

    /// The report goes where the record is in most cases: beside the plan.
    private var report: NextCommand {
        let file = StateFile.path(forPlan: run.plan.file.path).dropLast("state.json".count) + "html"
        return run.commands.next("report", arguments: ["--out", String(file)], "write down what was done")
    }
}
