import Diagnostics
import Execution

/// The record of a run for a person: each step, how it ended, and what to type next.
struct StatusView {
    let state: RunState
    let path: String
    let world: [String]
    let commands: CommandLines

    /// - Parameter width: columns; `nil` for as many as it takes.
    func text(width: Int?) -> String {
        var lines = [
            "'\(state.planName)': \(state.status.rawValue), begun \(state.startedAt), last change \(state.updatedAt)",
            "recorded in \(path)",
        ]
        lines += state.nodes.map { line($0).wrapped(width: width, indent: 3) }
        if !world.isEmpty { lines += ["", "the servers now:"] + world.map { "  \($0)" } }
        if !next.isEmpty { lines += [""] + next.text(after: "  = help: ", width: width) }
        return lines.joined(separator: "\n")
    }

    private func line(_ node: RunState.Node) -> String {
        var text = "  \(mark(node.status)) \(node.id)"
        if let error = node.error {
            text += ": \(VisibleText.escape(error.what))"
        } else if let result = node.result, node.status == .succeeded {
            text += ": \(VisibleText.escape(result.summary))"
        }
        if let started = node.startedAt, let finished = node.finishedAt {
            text += " (\(started.duration(to: finished).short))"
        }
        return text
    }

    private func mark(_ status: RunState.Node.Status) -> String {
        switch status {
        case .pending: "  "
        case .started: ".."
        case .succeeded: "ok"
        case .failed, .undoFailed: "no"
        case .undone: "<-"
        }
    }

    private var next: [NextCommand] {
        switch state.status {
        case .succeeded, .rolledBack: []
        case .running, .failed, .stopped:
            [commands.next("resume", "go on")]
                + (state.hasChangedNothing
                    ? [] : [commands.next("rollback", "take back what was done and end the run")])
        case .rollingBack, .rollbackIncomplete: [commands.next("rollback", "go on with the rollback")]
        }
    }
}
