import Escaping
import Operations

/// The last screen of a run: how it ended, what moved, how long writes stood still, what is to be known, where the servers
/// stand, and what to type next.
///
/// On a terminal of 80 columns it takes 23 rows at most, however many steps and Sentinels there are, so that it and the
/// shell's prompt stand on one screen. What is left out is counted, with the command that shows it.
struct RunSummary {
    enum Tone {
        case good, open, bad
    }

    /// A line of the table below the verdict, or several about the same thing.
    struct Row: Equatable {
        let name: String
        let entries: [String]

        init(_ name: String, _ entries: String...) { self.init(name, entries) }

        init(_ name: String, _ entries: [String]) {
            self.name = name
            self.entries = entries.map(VisibleText.escape)
        }
    }

    let tone: Tone
    /// The words with which the verdict begins, such as `done:`. They are coloured.
    let ending: String
    /// The rest of the sentence.
    let verdict: String
    let rows: [Row]
    /// What the servers say now, in the order of the plan; empty where nothing was changed there.
    var servers: [ApprovalFact] = []
    /// The command that shows all of what is cut short here.
    let more: NextCommand
    let next: [NextCommand]

    func text(_ display: CommandContext.MessageStyle) -> String {
        let pages = Measure.all.map { lines($0, width: display.width) }
        let page = pages.first { $0.count <= Self.height } ?? pages[pages.count - 1]
        return colored(page, Style(isColored: display.isColored)).joined(separator: "\n")
    }

    /// A screen has 24 rows, of which the prompt takes one.
    static let height = 23

    /// How much is shown of what can be long. Where the first measure does not fit, the next one is tried.
    private struct Measure {
        /// Rows that one entry may take.
        let rows: Int
        let entries: Int
        let servers: Int

        static let all = [
            Self(rows: 3, entries: 5, servers: 7), Self(rows: 2, entries: 3, servers: 6),
            Self(rows: 1, entries: 1, servers: 4),
        ]
    }

    private func lines(_ measure: Measure, width: Int?) -> [String] {
        var lines = fit("\(ending) \(VisibleText.escape(verdict))", indent: 2, rows: max(2, measure.rows), width)
        for row in rows {
            let shown = bounded(row.entries, measure.entries)
            for (number, entry) in shown.enumerated() {
                let name = number == 0 ? row.name : ""
                let margin = "  " + name + String(repeating: " ", count: max(1, Self.column - name.count))
                let indent = number == 0 ? Self.column : 0
                lines += fit(margin + entry, indent: indent, rows: measure.rows, width)
            }
        }
        if !servers.isEmpty {
            lines.append("the servers now:")
            let shown = bounded(WorldReport.gathered(servers, over: measure.servers), measure.servers)
            lines += shown.flatMap { fit("  \($0)", indent: 2, rows: measure.rows, width) }
        }
        return lines + next.text(after: "  = help: ", width: width, rows: min(2, measure.rows))
    }

    /// The columns of a row's name.
    private static let column = 11

    private func fit(_ line: String, indent: Int, rows: Int, _ width: Int?) -> [String] {
        width.map { line.wrapped(width: $0, indent: indent, lines: rows) } ?? [line]
    }

    private func bounded(_ entries: [String], _ limit: Int) -> [String] {
        guard entries.count > limit + 1 else { return entries }
        return entries.prefix(limit) + ["and \(entries.count - limit) more: \(more.line)"]
    }

    private func colored(_ lines: [String], _ style: Style) -> [String] {
        guard let first = lines.first, first.hasPrefix(ending) else { return lines }
        let color: Style.Color =
            switch tone {
            case .good: .green
            case .open: .yellow
            case .bad: .red
            }
        return [style.strong(color, ending) + first.dropFirst(ending.count)] + lines.dropFirst()
    }
}
