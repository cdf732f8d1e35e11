import Escaping
import Execution
import Operations
import PlanGraph

/// The record of a run for a person: each step, how it ended, and what to type next.
struct StatusView {
    let state: RunState
    let path: String
    let world: [String]
    /// What to type next.
    let next: [NextCommand]

    /// - Parameter width: columns; `nil` for no limit.
    func text(width: Int?) -> String {
        var lines = [
            "'\(state.planName)': \(state.status.rawValue), begun \(state.startedAt), last change \(state.updatedAt)",
            "recorded in \(path)",
        ]
        lines += nodes.map { $0.wrapped(width: width, indent: 3) }
        if !world.isEmpty { lines += ["", "the servers now:"] + world.map { "  \($0)" } }
        if !next.isEmpty { lines += [""] + next.text(after: "  = help: ", width: width) }
        return lines.joined(separator: "\n")
    }

    /// A line for each node. If many checks of a step passed, they share one line, at the place of the first.
    private var nodes: [String] {
        let passed = Dictionary(grouping: state.nodes.filter(\.isPassedCheck), by: \.id.step)
        var shown: Set<String> = []
        return state.nodes.flatMap { node in
            let step = node.id.step
            guard node.isPassedCheck, let group = passed[step], group.count > PassedChecks.shownSingly
            else { return [line(node)] + facts(node) }
            guard shown.insert(step).inserted else { return [] }
            return ["  \(mark(node.status)) \(step): \(PassedChecks.Group(step: step, count: group.count).text)"]
        }
    }

    private func facts(_ node: RunState.Node) -> [String] {
        FactLines.lines(node.result?.facts ?? [:]).map { "       \($0)" }
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
}

extension RunState.Node {
    fileprivate var isPassedCheck: Bool {
        status == .succeeded && result?.verdict != .warned && id.check != nil
    }
}
