import Diagnostics
import Execution
import Operations
import PlanModel

/// The last words of a run: how it ended, what state the servers are in, what to type next.
struct Conclusion {
    let run: PlanRun
    let state: RunState

    private var path: String { run.plan.file.path }

    var succeeded: String {
        let gap = state.nodes.compactMap { $0.result?.facts["pauseSeconds"] }.first
        var text = "done: '\(run.plan.name)' in \(state.startedAt.duration(to: state.updatedAt).short)"
        if case .double(let seconds)? = gap { text += "; writes were held back for \(seconds) s" }
        return text
    }

    var interrupted: String {
        "stopped; nothing is half done. Go on with: planrun resume \(path)"
            + (state.nodesToUndo(in: run.compiled.graph).isEmpty ? "" : "\n  or go back with: planrun rollback \(path)")
    }

    func rolledBack(_ outcome: RollbackOutcome) -> String {
        "rolled back: nothing of '\(run.plan.name)' is left on the servers"
    }

    var resumeHelp: [String] { ["planrun resume \(path)     go on from what the servers say then"] }
    var rollbackHelp: [String] { ["planrun rollback \(path)   take back what was done"] }
    var againHelp: [String] { ["nothing was changed; when it is mended: planrun apply \(path)"] }

    func show(_ failures: [NodeFailure], then help: [String]) {
        for (index, failure) in failures.enumerated() {
            let isLast = index == failures.count - 1
            let view = FailureView(plan: run.plan, failure: failure, help: isLast ? help : [])
            run.context.message(
                run.context.wrapped(view.text(isColored: run.context.terminal?.isColored ?? false), indent: 4))
        }
    }

    func wantsRollback() async -> Bool {
        let approver = TerminalApprover(
            approvesAll: false, approved: [], canAsk: run.context.canAsk, ask: run.context.message,
            isDraining: { [signals = run.signals] in signals.isDraining })
        let answer = try? await approver.approval(of: "rollback", question: "Roll back now?")
        guard case .given = answer else {
            run.context.message(
                (resumeHelp + rollbackHelp).map { "   = help: \($0)" }.joined(separator: "\n"))
            return false
        }
        return true
    }
}

extension CommandContext {
    func show(_ error: StateFileError) {
        message(
            (["error[\(error.code.rawValue)]: \(error.what)"] + error.help.map { "   = help: \($0)" }).joined(
                separator: "\n"))
    }
}
