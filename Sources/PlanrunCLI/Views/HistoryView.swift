import Escaping
import Execution
import Operations

/// The runs of a plan for a person: of each when, how it ended, who carried it out, what it has measured, and what way back
/// it had.
struct HistoryView {
    let list: RunList
    /// Where the record is.
    let path: String

    /// - Parameter width: columns; `nil` for no limit.
    func text(width: Int?, style: Style) -> String {
        let title =
            "'\(VisibleText.escape(list.plan))': \(list.runs.count.counted("run", "runs, the newest first")); recorded in \(path)"
        var lines = [title.wrapped(width: width, indent: 2)]
        for run in list.runs { lines += [""] + self.lines(run, width: width, style) }
        return lines.joined(separator: "\n")
    }

    private func lines(_ run: RunList.Entry, width: Int?, _ style: Style) -> [String] {
        let status = style.color(run.status.color, run.status.words)
        var details = [run.people.map { "by \($0)" }, run.end].compactMap(\.self)
        if !run.gaps.isEmpty { details.append(run.gaps.joined(separator: ", ")) }
        details += [run.wayBack, planChange(run)].compactMap(\.self)
        let head = "  \(status), begun \(run.begun), took \(run.begun.duration(to: run.lastChange).short)"
        return [head.wrapped(width: width, indent: 2)]
            + details.map { "    \(VisibleText.escape($0))".wrapped(width: width, indent: 2) }
            + (run.leftovers.isEmpty
                ? []
                : ["    left behind:"]
                    + run.leftovers.map { "      \($0.place): \($0.what)".wrapped(width: width, indent: 2) })
            + ["    run \(run.run)"]
    }

    private func planChange(_ run: RunList.Entry) -> String? {
        guard let change = run.planChange else {
            return run.plan == nil ? "the text of its plan is not kept any more" : nil
        }
        let lines = change.split(separator: "\n").dropFirst(2)
        let (added, removed) = (lines.count { $0.hasPrefix("+") }, lines.count { $0.hasPrefix("-") })
        return
            "its plan was changed before the next run: \(added.counted("line", "lines")) added, \(removed.counted("line", "lines")) removed"
    }
}

extension RunState.Status {
    /// For a sentence about a run that nobody is known to be at work on.
    fileprivate var words: String {
        switch self {
        case .rollingBack: "rolled back in part"
        case .rolledBack: "rolled back"
        case .rollbackIncomplete: "rolled back in part; a person is needed"
        case .running, .succeeded, .failed, .stopped, .abandoned: rawValue
        }
    }

    fileprivate var color: Style.Color {
        switch self {
        case .succeeded: .green
        case .running: .blue
        case .failed, .rollbackIncomplete: .red
        case .stopped, .rollingBack: .yellow
        case .rolledBack, .abandoned: .gray
        }
    }
}
