import Diagnostics
import Operations
import PlanModel
import Values

extension Runbook {
    /// The whole runbook: numbered tasks, with blocks of lines that can be copied into a shell.
    func markdown(_ header: PlanHeader, isLive: Bool) -> String {
        let plan = header.plan
        var parts = [
            "# Runbook: \(Markdown.escape(plan.name))",
            plan.description.map(Markdown.escape) ?? "",
            "From \(plan.source.endpoint) (\(plan.source.engine.rawValue)) to \(plan.target.endpoint) (\(plan.target.engine.rawValue)), by hand with `redis-cli` 7.0 or newer in one shell. "
                + "Type the lines of each block in their order. Behind `#` stands what each must answer, and why it is typed. Lines of a *look* print something once it is so: type them again until they do. "
                + "`planrun apply` does the same in less time, with more checks, and knows the way back.",
            isLive
                ? ""
                : "No server was asked: what stands in angle brackets, such as `<as before>`, is read with `CONFIG GET` before it is changed.",
            "## 0. The shell",
        ]
        if !variables.isEmpty {
            parts.append(
                "These variables hold the secrets, and are in no history of the shell (`read -rs NAME && export NAME`): "
                    + variables.map { "`\($0)`" }.joined(separator: ", ") + ".")
        }
        parts.append(Self.block("sh functions", functions))
        for (number, task) in tasks.enumerated() {
            parts.append("## \(number + 1). \(Markdown.escape(task.title))")
            for part in task.parts {
                switch part {
                case .text(let text): parts.append(text)
                case .block(let block): parts.append(Self.text(of: block))
                }
            }
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func text(of block: Block) -> String {
        let purpose = block.purpose == .look ? "look" : "type"
        return Self.block(
            "sh \(purpose)\(block.isBack ? " back" : "")", block.lines.map { "\($0.shell)   # \($0.comment)" })
    }

    /// Words behind the language are no part of what a renderer of Markdown shows.
    private static func block(_ kind: String, _ lines: [String]) -> String {
        (["```\(kind)"] + lines.map { $0.replacing("\n", with: " ") } + ["```"]).joined(separator: "\n")
    }
}
