import Execution

/// The record of a run for a person: each step, how it ended, and what to type next.
struct StatusView {
    let state: RunState
    let world: [String]
    let planPath: String

    var text: String {
        var lines = [
            "'\(state.planName)': \(state.status.rawValue), begun \(state.startedAt), last change \(state.updatedAt)"
        ]
        lines += state.nodes.map(line)
        if !world.isEmpty { lines += ["", "the servers now:"] + world.map { "  \($0)" } }
        if let next { lines += ["", next] }
        return lines.joined(separator: "\n")
    }

    private func line(_ node: RunState.Node) -> String {
        var text = "  \(mark(node.status)) \(node.id)"
        if let error = node.error {
            text += ": \(error.what)"
        } else if let result = node.result, node.status == .succeeded {
            text += ": \(result.summary)"
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

    private var next: String? {
        switch state.status {
        case .succeeded, .rolledBack: nil
        case .running, .failed, .stopped:
            "go on with: planrun resume \(planPath)\nor go back with: planrun rollback \(planPath)"
        case .rollingBack, .rollbackIncomplete: "go on with: planrun rollback \(planPath)"
        }
    }
}
