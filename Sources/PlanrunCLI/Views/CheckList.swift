import Escaping
import Operations
import PlanModel
import Values

/// The catalogue of checks, for every renderer: what `preflight` can be told to check, and how strictly.
struct CheckList: Encodable, Sendable {
    struct Entry: Encodable, Sendable {
        var id: String
        /// What is true of the servers if the check passes.
        var title: String
        var severity: String
        var limits: [Limit]
    }

    struct Limit: Encodable, Sendable {
        var key: String
        var value: String
        var meaning: String
    }

    var checks: [Entry]

    /// - Parameter preflight: a step whose severities and limits are shown; `nil` shows the standard ones.
    init(_ declarations: [CheckDeclaration] = PreflightCatalogue.declarations, preflight: PreflightStep? = nil) {
        checks = declarations.map { check in
            let setting = preflight?.settings[check.id]
            return Entry(
                id: check.id, title: check.title, severity: (setting?.severity ?? check.severity).rawValue,
                limits: check.limits.map {
                    Limit(
                        key: $0.key, value: (setting?.limits[$0.key] ?? $0.defaultValue).planText, meaning: $0.meaning)
                })
        }
    }

    func text(_ style: Style) -> String {
        let width = checks.map(\.id.count).max() ?? 0
        var lines: [String] = []
        for check in checks {
            let id = check.id + String(repeating: " ", count: width - check.id.count)
            let severity = check.severity + String(repeating: " ", count: 4 - check.severity.count)
            let color: Style.Color = check.severity == "fail" ? .red : check.severity == "warn" ? .yellow : .gray
            lines.append("\(style.strong(.blue, id))  \(style.color(color, severity))  \(check.title)")
            let margin = String(repeating: " ", count: width + 8)
            lines += check.limits.map { "\(margin)\($0.key) \($0.value): \(style.color(.gray, $0.meaning))" }
        }
        let off = checks.count { $0.severity == CheckSeverity.off.rawValue }
        let count = checks.count.counted("check", "checks") + (off > 0 ? ", \(off) of them off" : "")
        return (lines + [count]).joined(separator: "\n")
    }

    var markdown: String {
        let rows = checks.map { check in
            let limits = check.limits.map { "`\($0.key): \($0.value)` \(Markdown.escape($0.meaning))" }
            return
                "| `\(check.id)` | \(Markdown.escape(check.title)) | \(check.severity) | \(limits.joined(separator: "; ")) |"
        }
        return (["| check | asks whether | severity | limits |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

/// Escapes texts for Markdown, whether they come from planrun or from a server.
enum Markdown {
    /// Escapes a text for one cell of a table.
    static func escape(_ text: String) -> String {
        VisibleText.escapeLines(text).replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing(
            "<", with: "&lt;"
        ).replacing(
            "\n", with: " ")
    }

    /// A text as code, whatever backticks are in it; not for a cell of a table.
    static func code(_ text: String) -> String {
        let longest = longestFence(in: text)
        let fence = String(repeating: "`", count: longest + 1)
        let space = longest == 0 ? "" : " "
        return fence + space + VisibleText.escapeLines(text).replacing("\n", with: " ") + space + fence
    }

    /// Lines of code, whatever backticks are in them.
    static func block(_ text: String, _ language: String) -> String {
        let fence = String(repeating: "`", count: max(3, longestFence(in: text) + 1))
        return "\(fence)\(language)\n\(VisibleText.escapeLines(text))\n\(fence)"
    }

    private static func longestFence(in text: String) -> Int {
        text.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
    }

    /// `code` for one cell of a table.
    static func codeCell(_ text: String) -> String { code(text).replacing("|", with: "\\|") }
}
