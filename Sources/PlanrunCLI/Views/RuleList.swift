import Diagnostics
import PlanReview

/// The catalogue of rules, for every renderer.
struct RuleList {
    var rules = RuleCatalogue.declarations

    func text(_ style: Style) -> String {
        let lines = rules.flatMap { rule in
            let color: Style.Color =
                switch rule.severity {
                case .error: .red
                case .warning: .yellow
                case .note: .gray
                }
            return [
                "\(style.strong(.blue, rule.id))  \(style.color(color, rule.severity.rawValue))  \(rule.summary)",
                "  \(rule.reason)", "  \(style.color(.gray, "instead:")) \(rule.remedy)",
            ]
        }
        return (lines + ["\(rules.count) rules"]).joined(separator: "\n")
    }

    var markdown: String {
        let rows = rules.map { rule in
            "| `\(rule.id)` | \(rule.severity.rawValue) | \(Markdown.escape(rule.summary)) | \(Markdown.escape(rule.reason)) | \(Markdown.escape(rule.remedy)) |"
        }
        return (["| rule | severity | finds | why it matters | instead |", "|---|---|---|---|---|"] + rows)
            .joined(separator: "\n")
    }
}
