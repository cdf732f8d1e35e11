import Diagnostics
import Operations
import PlanModel

extension PlanReport.Entry {
    /// `sends 14 commands: 9 to source 10.0.0.1:6379, …`; `nil` if the step sends none.
    var commandCount: String? {
        guard !commands.isEmpty else { return nil }
        var counts: [(server: String, count: Int)] = []
        for line in commands {
            if let index = counts.firstIndex(where: { $0.server == line.server }) {
                counts[index].count += 1
            } else {
                counts.append((line.server, 1))
            }
        }
        let parts = counts.map { "\($0.count) to \($0.server)" }
        return "sends \(commands.count.counted("command", "commands")): \(parts.joined(separator: ", "))"
    }

    /// Each command in a line of its own, with the server before it and the reason behind it.
    func commandLines(_ style: Style) -> [String] {
        func lines(_ commands: [PlanReport.CommandLine]) -> [String] {
            commands.map { line in
                let condition = line.condition.map { ", \($0)" } ?? ""
                return "       \(line.shortServer)> \(style.strong(.blue, line.command))  "
                    + style.color(.gray, "# \(line.why)\(condition)")
            }
        }
        let back = waysBack.flatMap { ["     back\($0.start.map { ", \($0)" } ?? ""), by:"] + lines($0.commands) }
        return (commands.isEmpty ? [] : ["     by, in this order:"] + lines(commands)) + back
    }

    /// The same as lines of a shell session, folded, for a pull request.
    var commandMarkdown: [String] {
        func block(_ commands: [PlanReport.CommandLine]) -> [String] {
            ["| server | command | why | answer |", "|---|---|---|---|"]
                + commands.map { line in
                    let condition = line.condition.map { " (\($0))" } ?? ""
                    return "| \(Markdown.escape(line.server)) | \(Markdown.codeCell(line.command)) "
                        + "| \(Markdown.escape(line.why + condition)) | \(Markdown.escape(line.answer)) |"
                }
        }
        guard !commands.isEmpty else { return [] }
        let back = waysBack.flatMap { way in
            ["", "Back\(way.start.map { ", \($0)" } ?? ""):", ""] + block(way.commands)
        }
        return Markdown.folded(
            "<code>\(Markdown.escape(id))</code> \(Markdown.escape(commandCount ?? ""))", block(commands) + back)
    }
}

extension PlanReport.CommandLine {
    /// A plan has one source and one target, so that their addresses need not be repeated.
    fileprivate var shortServer: String {
        server.hasPrefix("source ") || server.hasPrefix("target ") ? String(server.prefix(6)) : server
    }
}
