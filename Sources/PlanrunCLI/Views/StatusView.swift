import Escaping
import Execution
import Operations
import PlanGraph

/// The record of a run for a person: who carries it out, each step and how it ended, the servers, and what to type next.
struct StatusView {
    let state: RunState
    let holding: RunHolding
    let path: String
    let world: [String]
    /// Where the servers are no longer as the record says.
    let drift: [String]
    /// What the run has changed and not put back.
    let changed: [Leftover]
    var reminder: FailoverReminder?
    /// What to type next.
    let next: [NextCommand]

    /// - Parameter width: columns; `nil` for no limit.
    func text(width: Int?, style: Style) -> String {
        func wrapped(_ lines: [String]) -> [String] { lines.map { $0.wrapped(width: width, indent: 2) } }
        var lines = wrapped(standing + ["recorded in \(path)", ""])
        lines += steps(style).map { $0.wrapped(width: width, indent: Mark.width) }
        if !world.isEmpty { lines += wrapped(["", "the servers now:"] + world.map { "  \($0)" }) }
        lines += wrapped(drift.map { "  \(VisibleText.escape($0))" })
        // 'resume' and 'rollback' know what to do about it, so what a person would type for it is left out.
        if !changed.isEmpty {
            lines += wrapped(
                ["", "changed by this run and not put back:"]
                    + changed.map { "  \($0.place): \($0.what)" })
        }
        if let leftovers = state.leftovers, !leftovers.isEmpty {
            lines +=
                ["", LeftoverLines.title(of: state)] + LeftoverLines(leftovers: leftovers).lines(width: width)
        }
        if let reminder {
            lines += wrapped(["", reminder.sentence]) + wrapped(reminder.help.map { "  = help: \($0)" })
        }
        let next = (reminder?.next ?? []) + next
        if !next.isEmpty { lines += (reminder == nil ? [""] : []) + next.text(after: "  = help: ", width: width) }
        return lines.joined(separator: "\n")
    }

    /// Whether the process that carried the run out has died. The record of a rollback that was stopped in order looks
    /// like that of one that goes on; but only a process that dies leaves its lock behind, with its name in it.
    private var isCutOff: Bool {
        guard case .free(let last) = holding else { return false }
        return state.status == .running || state.status == .rollingBack && last != nil
    }

    private var standing: [String] {
        let name = "'\(VisibleText.escape(state.planName))'"
        let times = "begun \(state.startedAt), last change \(state.updatedAt)"
        switch holding {
        case .free(let last) where isCutOff:
            let doing = state.status == .running ? "carried out" : "rolled back"
            let who = last.map { "\($0), which did so since \($0.since), has died" }
            return [
                "\(name): cut off while it was being \(doing); nobody goes on with it now",
                "begun \(state.startedAt), last heard of \(state.updatedAt)"
                    + (who.map { "; \(VisibleText.escape($0))" } ?? ""),
            ]
        case .held(let holder):
            let who =
                holder.map { "\($0) has been at work on it since \($0.since)" } ?? "another process is at work on it"
            return ["\(name): \(words); \(VisibleText.escape(who))", times]
        case .free, .untold: return ["\(name): \(words), \(times)"]
        }
    }

    /// For a sentence.
    private var words: String {
        switch state.status {
        case .running: "running"
        case .rollingBack: if case .held = holding { "being rolled back" } else { "the rollback was stopped" }
        case .rolledBack: "rolled back"
        case .rollbackIncomplete: "rolled back in part"
        case .succeeded, .failed, .stopped, .abandoned: state.status.rawValue
        }
    }

    /// Many steps that were not begun share one line, and so do many checks of one step that passed.
    private func steps(_ style: Style) -> [String] {
        var lines: [String] = []
        var notBegun: [String] = []
        func tellNotBegun() {
            if !notBegun.isEmpty { lines.append(line(.notBegun, notBegun.joined(separator: ", "), style)) }
            notBegun = []
        }
        for nodes in state.nodesByStep {
            if nodes.allSatisfy(\.isUntouched) {
                notBegun.append(nodes[0].id.step)
            } else {
                tellNotBegun()
                lines += self.lines(nodes, style)
            }
        }
        tellNotBegun()
        return lines
    }

    /// Of the nodes of one step.
    private func lines(_ nodes: [RunState.Node], _ style: Style) -> [String] {
        let passed = nodes.filter(\.isPassedCheck)
        let notAsked = nodes.filter { $0.isUntouched || $0.wasNotAsked }
        let step = nodes[0].id.step
        var lines: [String] = []
        if passed.count > PassedChecks.shownSingly {
            lines.append(line(.ok, "\(step): \(PassedChecks.Group(step: step, passed: passed.count).text)", style))
        }
        for node in nodes where !node.isUntouched && !node.wasNotAsked {
            if node.isPassedCheck, passed.count > PassedChecks.shownSingly { continue }
            lines += [line(mark(node), text(node), style)] + facts(node)
        }
        if !notAsked.isEmpty {
            lines.append(line(.notAsked, "\(step): \(notAsked.count.counted("check", "checks"))", style))
        }
        return lines
    }

    /// What a step measured and found. It is left out where the step was undone, since it no longer holds.
    private func facts(_ node: RunState.Node) -> [String] {
        guard node.status == .succeeded else { return [] }
        let margin = String(repeating: " ", count: Mark.width + 6)
        return FactLines.lines(node.result?.facts ?? [:]).map { margin + $0 }
    }

    private func text(_ node: RunState.Node) -> String {
        var text = "\(node.id)"
        if node.status == .started {
            return text + (standing(of: node) ?? "")
                + (isCutOff
                    ? ": it had begun, and its end is not recorded; 'resume' asks the servers how far it came" : "")
        }
        if node.status == .undone { return text }
        if node.status == .pending, node.error == nil, let standing = standing(of: node) { return text + standing }
        if let error = node.error {
            text += ": \(VisibleText.escape(error.sentence))"
        } else if let result = node.result, node.status == .succeeded {
            text += ": \(VisibleText.escape(result.summary))"
            if let compared = ComparisonAge(result.memo) { text += "; that was \(compared.age(at: .now).short) ago" }
        }
        if let started = node.startedAt, let finished = node.finishedAt {
            text += " (\(started.duration(to: finished).short))"
        }
        return text
    }

    /// How far a watch has come.
    private func standing(of node: RunState.Node) -> String? {
        WatchStanding(node.mark, at: .now).map { ": \(VisibleText.escape($0.words))" }
    }

    private func line(_ mark: Mark, _ text: String, _ style: Style) -> String { "  \(mark.padded(style))\(text)" }

    private func mark(_ node: RunState.Node) -> Mark {
        switch node.status {
        case .pending: node.error == nil ? .stopped : .waiting
        case .started: isCutOff ? .unknown : .running
        case .succeeded: node.result?.verdict == .warned ? .warning : .ok
        case .failed: .failed
        case .undone: .undone
        case .undoFailed: .notUndone
        }
    }
}

extension RunState {
    /// In the order of the record.
    fileprivate var nodesByStep: [[Node]] {
        var steps: [String] = []
        for node in nodes where !steps.contains(node.id.step) { steps.append(node.id.step) }
        let groups = Dictionary(grouping: nodes, by: \.id.step)
        return steps.compactMap { groups[$0] }
    }
}

extension RunState.Node {
    fileprivate var isPassedCheck: Bool {
        status == .succeeded && result?.verdict != .warned && id.check != nil
    }

    /// Whether it is a consequence of another failure.
    fileprivate var wasNotAsked: Bool { status == .failed && error?.isConsequence == true }

    /// No attempt of it has begun.
    fileprivate var isUntouched: Bool { status == .pending && error == nil && attempts == 0 }
}
