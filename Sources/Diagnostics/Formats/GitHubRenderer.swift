import Escaping

/// Diagnostics as commands of GitHub Actions, which shows each at its line of a pull request.
///
/// Source: docs.github.com, "Workflow commands for GitHub Actions". The runner splits a command at `::`, `:` and `,`, so
/// these are escaped as `@actions/core` escapes them. GitHub shows 10 annotations of each severity in a step and drops
/// the others from the page; the log has all of them. So the worst come first, and a notice says what is not shown.
package struct GitHubRenderer: DiagnosticRenderer {
    package static var meaning: String? { "annotations of GitHub Actions" }
    package static var isData: Bool { true }

    /// How many annotations of one severity GitHub shows of one step.
    static let mostOfSeverity = 10

    package init(_ surface: DiagnosticSurface) {}

    package func render(_ diagnostics: [Diagnostic]) -> String {
        let bySeverity = Diagnostic.Severity.allCases.map { severity in
            diagnostics.filter { $0.severity == severity }
        }
        let hidden = bySeverity.map { max(0, $0.count - Self.mostOfSeverity) }.reduce(0, +)
        // The notice is one of the ten of its severity, so it stands before all notes.
        let notice =
            hidden == 0
            ? [] : ["::notice title=planrun::GitHub shows 10 of each severity; the log of this step has all findings"]
        return (notice + bySeverity.flatMap { $0.map(command) }).joined(separator: "\n")
    }

    private func command(_ diagnostic: Diagnostic) -> String {
        var properties = [("file", diagnostic.path)]
        if let range = diagnostic.range {
            properties += [("line", "\(range.start.line)"), ("endLine", "\(range.end.line)")]
            // GitHub takes columns only for a place within one line.
            if range.start.line == range.end.line {
                properties += [("col", "\(range.start.column)"), ("endColumn", "\(range.end.column)")]
            }
        }
        properties.append(("title", "planrun \(diagnostic.topic.id)"))
        let written = properties.map { "\($0.0)=\(Self.escapeProperty($0.1))" }.joined(separator: ",")
        let lines = [diagnostic.message] + diagnostic.help.map { "help: \($0)" }
        return "::\(word(diagnostic.severity)) \(written)::\(Self.escape(lines.joined(separator: "\n")))"
    }

    private func word(_ severity: Diagnostic.Severity) -> String {
        switch severity {
        case .error: "error"
        case .warning: "warning"
        case .note: "notice"
        }
    }

    private static func escape(_ text: String) -> String {
        VisibleText.escapeLines(text).replacing("%", with: "%25").replacing("\r", with: "%0D")
            .replacing("\n", with: "%0A")
    }

    private static func escapeProperty(_ text: String) -> String {
        VisibleText.escape(text).replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
            .replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}
