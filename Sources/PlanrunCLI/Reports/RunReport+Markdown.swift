import Execution
import Operations

extension RunReport {
    /// For a ticket or a pull request: the verdict first, details folded.
    var markdown: String {
        let times = "begun \(begun), last change \(lastChange), \(begun.duration(to: lastChange).short) in all"
        let parts: [[String]] = [
            ["### \(Markdown.escape(plan)): \(Markdown.escape(verdict.sentence))"],
            description.map { [Markdown.escape($0)] } ?? [],
            parts.map { "- **\($0.role):** \(Markdown.escape($0.what))" } + ["- \(times)"],
            stepTable,
            plotTable,
            failures,
            checkTables,
            leftovers.flatMap { left in
                ["**Left on \(Markdown.escape(left.place)):** \(Markdown.escape(left.what))"]
                    + left.commands.map { "- \(Markdown.code($0))" }
            },
            ["**The way back:** \(Markdown.escape(back.sentence))."]
                + back.commands.map { "- \(Markdown.code($0.line)) \(Markdown.escape($0.meaning))" },
            earlier.isEmpty
                ? []
                : ["**Earlier runs:**", ""]
                    + earlier.map { "- \(Markdown.escape($0.line))" },
            planChanges.flatMap { change in
                ["**The plan was changed** after \(change.after):", "", Markdown.block(change.difference, "diff")]
            },
        ]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var stepTable: [String] {
        let rows = steps.map { step in
            let took = step.begun.flatMap { begun in step.ended.map { begun.duration(to: $0).short } } ?? ""
            let said =
                ([step.said, step.back.map { "taken back: \($0.said)" }].compactMap(\.self)
                + FactLines.lines(step.facts)).map(Markdown.escape).joined(
                    separator: "<br>")
            return "| `\(step.id)` | \(step.standing.words) | \(step.begun.map { "\($0)" } ?? "") | \(took) "
                + "| \(step.attempts) | \(said) |"
        }
        return ["| step | | begun | took | attempts | what it said |", "|---|---|---|--:|--:|---|"] + rows
    }

    private var plotTable: [String] {
        guard !plots.isEmpty else { return [] }
        let rows = plots.map { plot in
            "| \(Markdown.escape(plot.title)) | \(Markdown.code(plot.sparkline())) | \(plot.moment(plot.start)) – "
                + "\(plot.moment(plot.end)) | \(Markdown.escape(plot.words)) |"
        }
        return ["| plot | course | from – to | |", "|---|---|---|---|"] + rows
    }

    private var failures: [String] {
        steps.flatMap { [$0] + $0.checks }.compactMap { entry in
            guard let failure = entry.failure, !failure.isConsequence else { return nil }
            let lines = failure.place + failure.world + failure.help
            return
                (["**`\(entry.id)`:** \(Markdown.escape(failure.sentence)) (`\(failure.code)`)", ""]
                + lines.map { "- \(Markdown.escape($0))" }).joined(separator: "\n")
        }
    }

    private var checkTables: [String] {
        steps.filter { !$0.checks.isEmpty }.flatMap { step in
            [
                "<details><summary>\(Markdown.escape("\(step.id): \(step.said ?? "")"))</summary>", "",
                "| check | | what it said |", "|---|---|---|",
            ]
                + step.checks.map { check in
                    let said = [check.said, check.failure?.sentence].compactMap(\.self) + check.help
                    return
                        "| `\(check.id)` | \(check.standing.words) | \(said.map(Markdown.escape).joined(separator: "<br>")) |"
                } + ["", "</details>"]
        }
    }
}
