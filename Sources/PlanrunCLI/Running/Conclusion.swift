import Execution
import Operations
import PlanGraph
import PlanModel

/// The last words of a run: how it ended, what state the servers are in, what to type next.
struct Conclusion {
    let run: PlanRun
    let state: RunState

    private var duration: String { state.startedAt.duration(to: state.updatedAt).short }

    func tellSuccess() async {
        var text = "done: '\(run.plan.name)' was carried out in \(duration)"
        let pause = state.nodes.compactMap { $0.result?.facts["pauseSeconds"] }.first
        if case .double(let seconds)? = pause { text += "; writes were held back for \(seconds) s" }
        await tell([text])
        tellLeftovers()
    }

    /// A run that goes on with another source may have left something at the former one, and one before it elsewhere.
    private func tellLeftovers() {
        guard let leftovers = state.leftovers, !leftovers.isEmpty else { return }
        let lines = LeftoverLines(leftovers: leftovers).lines(width: run.context.messageStyle.width)
        run.context.message(([LeftoverLines.title(of: state)] + lines).joined(separator: "\n"))
    }

    func tellInterruption() async {
        var lines = ["stopped after \(duration); planrun does nothing more, and the servers go on with what they do"]
        let done = run.plan.steps.map(\.id).filter { progress(of: $0) == .done }
        if !done.isEmpty { lines.append("  done: \(list(done))") }
        let unknown = run.plan.steps.map(\.id).filter { progress(of: $0) == .unknown }
        if !unknown.isEmpty {
            lines.append("  stopped in the middle: \(list(unknown)); 'resume' asks the servers how far that came")
        }
        await tell(lines)
        tellNext(await run.wayBack.nextSteps(state).all)
    }

    func tellPause(at node: NodeID) async {
        guard let failure = state[node]?.error else { return }
        // The command line below already says how to approve the step, so the step's own help is left out.
        var waiting = failure
        waiting.help = []
        let view = FailureView(
            plan: run.plan, failure: NodeFailure(node: node, failure: waiting),
            next: await answers(to: waiting, of: node) + run.wayBack.next(state))
        run.context.tell(view.notice)
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

    /// Prints the failures, in the order of the graph. The advice is printed under the last one.
    func tell(_ failures: [NodeFailure], help: [String] = [], next: [NextCommand] = []) async {
        // The servers are described only if the run has changed something.
        let isUntouched = toUndo.isEmpty ? await !run.wayBack.isPastCutover(state) : false
        let world = isUntouched ? [] : await WorldReport(run.servers).sentences()
        // What was not asked because of another failure is only counted, in the last line of its step.
        let causes = failures.filter { !$0.failure.isConsequence }
        let failures = causes.isEmpty ? failures : causes
        for (index, failure) in failures.enumerated() {
            let isLast = index == failures.count - 1
            var view = FailureView(plan: run.plan, failure: failure, shown: world)
            if isLast { (view.help, view.next) = (help, next) }
            run.context.tell(view.notice)
        }
        if !world.isEmpty { tell([], world) }
    }

    /// Prints how a rollback ended, and returns the exit code for it.
    /// - Parameter before: the record from before the rollback.
    func tell(_ outcome: RollbackOutcome, before: RunState) async -> ExitStatus {
        switch outcome.ending {
        case .complete:
            let files = await run.leftInFiles(before)
            let extent = state.leftovers == nil ? "" : ", except for what was left behind earlier"
            let exception = files.isEmpty ? "" : ", but for a configuration file"
            await tell(
                ["rolled back: nothing of '\(run.plan.name)' is left on the servers\(extent)\(exception)"]
                    + LeftoverLines(leftovers: files).lines(width: run.context.messageStyle.width))
            tellLeftovers()
            tellNext([run.commands.next("apply", "begin again, once the cause is removed")])
            return files.isEmpty ? .success : .personNeeded
        case .incomplete:
            // If somebody else made the target primary, neither that cutover nor the steps before it can be taken back.
            // The run can only be resumed.
            let isOver =
                !state.hasTakenBack && outcome.failures.contains { $0.failure.code == .operation(.pastPointOfNoReturn) }
            let steps = await run.wayBack.nextSteps(state)
            await tell(outcome.failures, next: isOver ? [steps.resume, steps.abandon] : [rollback, steps.abandon])
            return .personNeeded
        case .interrupted:
            await tell(["the rollback was stopped; not taken back yet: \(list(outcome.remaining))"])
            tellNext([rollback])
            return .stopped
        case .stateWriteFailed(let error):
            await tellNotWritten(error, next: [rollback])
            return .personNeeded
        case .leaseLost(let failure):
            await tellLeaseLost(failure)
            return .stopped
        }
    }

    /// Prints that the run was stopped because its lease is lost. What to type next depends on whether somebody else
    /// now carries out the run, which only a person can find out.
    func tellLeaseLost(_ failure: StoreFailure) async {
        await tellUnrecorded(failure)
        tellNext([
            run.commands.next("status", "see whether somebody else goes on with the run, and how far it is"),
            run.commands.next("resume", "go on from what the servers say, when nobody else does"),
        ])
    }

    /// Prints that the record can no longer be written, so that the last effects may be missing in it.
    /// - Parameter next: how to go on; `nil` gives the same advice as after any other stop.
    func tellNotWritten(_ failure: StoreFailure, next: [NextCommand]? = nil) async {
        await tellUnrecorded(failure)
        let usual = await run.wayBack.nextSteps(state)
        // The last step may have succeeded although the record does not say so; then `resume` completes the record.
        tellNext(next ?? (usual.all.isEmpty ? [usual.resume] : usual.all))
    }

    /// Prints that the run ended because its record cannot be written. Adds the state of the servers, which the store's
    /// error does not tell.
    private func tellUnrecorded(_ failure: StoreFailure) async {
        run.context.tell(
            Notice(
                code: FailureCode(failure.code), what: failure.what,
                details: ["the run was stopped and does nothing more; the last thing that it did may not be recorded"],
                help: failure.help))
        await tell([])
    }

    func tellNext(_ commands: [NextCommand]) {
        let lines = commands.text(after: "  = help: ", width: run.context.messageStyle.width)
        run.context.message(lines.joined(separator: "\n"))
    }

    private var rollback: NextCommand { run.wayBack.rollback(state) }

    private var toUndo: [NodeID] { state.nodesToUndo(in: run.compiled.graph) }

    private func tell(_ lines: [String]) async { tell(lines, await WorldReport(run.servers).sentences()) }

    private func tell(_ lines: [String], _ world: [String]) {
        run.context.tell((lines + ["the servers now:"] + world.map { "  \($0)" }).joined(separator: "\n"))
    }

    private enum StepProgress {
        case done, open, unknown
    }

    private func progress(of step: String) -> StepProgress {
        let nodes = run.compiled.graph.nodes.filter { $0.step == step }.compactMap { state[$0.id] }
        if nodes.contains(where: { $0.status == .started }) { return .unknown }
        return nodes.allSatisfy { $0.status == .succeeded } ? .done : .open
    }

    private func list(_ ids: [some CustomStringConvertible]) -> String { ids.map { "'\($0)'" }.joined(separator: ", ") }
}
