import Diagnostics
import Execution
import Operations
import PlanGraph
import PlanModel

extension PlanReport {
    /// The whole report as the comment of a pull request: what it comes to first, details folded.
    func markdown(header: PlanHeader) -> String {
        let parts: [[String]] = [
            ["### \(Markdown.escape(header.plan.name))"],
            header.plan.description.map { [Markdown.escape($0)] } ?? [],
            ["**\(Markdown.escape(summary)).**"],
            unfinished?.planChanges.map { "- the plan has changed since: \(Markdown.escape($0))" } ?? [],
            ["```mermaid", topology.mermaid, "```"],
            stepTable,
            commandTables,
            estimateMarkdown,
            checksOff,
            findingTables,
            remarkTable,
            ["**Way back:** \(Markdown.escape(wayBack))."],
            header.plan.receivers.isEmpty ? [] : ["**Told:** \(Markdown.escape(header.told))."],
        ]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var stepTable: [String] {
        let rows = steps.enumerated().map { number, step in
            let title = "`\(step.id)`"
            let name = step.isPointOfNoReturn ? "**\(title)** (point of no return)" : title
            let mark =
                switch step.action {
                case .done: "*done:* "
                case .nothing: "*nothing to do:* "
                case .check, .wait, .ask, .change: ""
                }
            let does = ([step.does] + step.outlook).map(Markdown.escape).joined(separator: "<br>")
            return "| \(number + 1) | \(name) | \(mark)\(does) | \(deviations(of: step)) "
                + "| \(Markdown.escape(step.undo ?? "–")) |"
        }
        return ["| | step | what it does | not the standard | way back |", "|--:|---|---|---|---|"] + rows
    }

    private var commandTables: [String] {
        let tables = steps.map(\.commandMarkdown).filter { !$0.isEmpty }
        return Array(tables.joined(separator: [""]))
    }

    /// What weakens the plan is bold.
    private func deviations(of step: Entry) -> String {
        step.deviations.map { deviation in
            let setting = "`\(deviation.key)` \(Markdown.escape(deviation.value))"
            let standard = deviation.standard.map { " (standard: \(Markdown.escape($0)))" } ?? ""
            return (deviation.tendency == .loosened ? "**\(setting)**" : setting) + standard
        }.joined(separator: "<br>")
    }

    private var checksOff: [String] {
        let off = steps.flatMap(\.checksOff)
        guard !off.isEmpty else { return [] }
        return ["**\(off.count.counted("check is", "checks are")) switched off:**", ""]
            + off.map { "- `\($0.id)`: nobody asks whether \(Markdown.escape($0.title))" }
    }

    private var findingTables: [String] {
        let all = steps.flatMap(\.findings)
        guard !all.isEmpty else { return isLive ? [] : ["Checks were not run: no server was asked."] }
        let open = all.filter { $0.verdict != .passed }
        let passed = all.filter { $0.verdict == .passed }
        return (open.isEmpty ? [] : table(of: open) + [""])
            + Markdown.folded(Markdown.escape(findingsCount), passed.isEmpty ? [] : table(of: passed))
    }

    private func table(of findings: [Finding]) -> [String] {
        let sorted = [.failed, .warned, .passed, .notAsked].flatMap { verdict in
            findings.filter { $0.verdict == verdict }
        }
        let rows = sorted.map { finding in
            let help = finding.help.map(Markdown.escape).joined(separator: "<br>")
            return "| `\(finding.check)` | \(finding.verdict.rawValue) | \(Markdown.escape(finding.saw)) | \(help) |"
        }
        return ["| check | | saw | what to do |", "|---|---|---|---|"] + rows
    }

    private var remarkTable: [String] {
        guard let reviewCount else { return [] }
        let rows = review.map { remark in
            let help = remark.help.map(Markdown.escape).joined(separator: "<br>")
            return
                "| \(remark.severity.rawValue) | `\(remark.rule)` | \(remark.line) | \(Markdown.escape(remark.message)) | \(help) |"
        }
        return Markdown.folded(
            "review: \(reviewCount)",
            ["| | rule | line | | what to write |", "|---|---|--:|---|---|"] + rows)
    }

    /// Only the findings of the checks, for a pull request. Failed checks stand first.
    var findingsMarkdown: String {
        (["### \(Markdown.escape(name))", ""] + table(of: steps.flatMap(\.findings)) + ["", "\(findingsCount)."])
            .joined(separator: "\n")
    }
}

extension Markdown {
    /// Lines that a reader unfolds; a summary alone where there are none.
    static func folded(_ summary: String, _ lines: [String]) -> [String] {
        guard !lines.isEmpty else { return [summary] }
        return ["<details><summary>\(summary)</summary>", ""] + lines + ["", "</details>"]
    }
}
