import Escaping

/// Diagnostics as people read them: the place, the sentence, the source lines with marks under them, what to do.
package struct TextRenderer: DiagnosticRenderer {
    package static var meaning: String? { nil }
    package static var isData: Bool { false }

    package var isColored: Bool
    /// Columns that an excerpt may take; longer lines are cut around the mark.
    package var width: Int
    /// How many diagnostics are shown; the rest is only counted.
    package var limit: Int

    package init(isColored: Bool = false, width: Int = 120, limit: Int = 100) {
        self.isColored = isColored
        self.width = width
        self.limit = limit
    }

    package init(_ surface: DiagnosticSurface) {
        self.init(isColored: surface.isColored, width: surface.width ?? 120)
    }

    /// The diagnostics in the order given, with an empty line between two and a last line that counts them. No
    /// diagnostics give an empty text.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        guard !diagnostics.isEmpty else { return "" }
        var text = ""
        var source = ExcerptSource(SourceFile(path: "", text: ""))
        for diagnostic in diagnostics.prefix(limit) {
            if source.file != diagnostic.file { source = ExcerptSource(diagnostic.file) }
            render(diagnostic, source: &source, to: &text)
            text += "\n"
        }
        let left = diagnostics.count - min(diagnostics.count, limit)
        return text + Self.count(diagnostics) + (left > 0 ? ", \(left) of them not shown" : "") + "\n"
    }

    /// `2 errors, 1 warning`
    package static func count(_ diagnostics: [Diagnostic]) -> String { count(diagnostics.map(\.severity)) }

    package static func count(_ severities: [Diagnostic.Severity]) -> String {
        Diagnostic.Severity.allCases
            .map { severity in (severities.count { $0 == severity }, severity.rawValue) }
            .filter { $0.0 > 0 }
            .map { $0.0 == 1 ? "1 \($0.1)" : "\($0.0) \($0.1)s" }
            .joined(separator: ", ")
    }

    private func render(_ diagnostic: Diagnostic, source: inout ExcerptSource, to text: inout String) {
        let place = diagnostic.range.map { ":\($0.start.line):\($0.start.column)" } ?? ""
        text += paint(.bold, VisibleText.escape(diagnostic.path) + place + ": ")
        text += paint(color(diagnostic.severity), "\(diagnostic.severity.rawValue)[\(diagnostic.topic.id)]")
        text += paint(.bold, ": " + VisibleText.escape(diagnostic.message)) + "\n"
        var indent = 1
        if let range = diagnostic.range {
            let excerpt = Excerpt(of: range, in: diagnostic, source: &source, width: width)
            indent = excerpt.gutterWidth
            for row in excerpt.rows {
                text += row.map { paint(color($0.ink, diagnostic.severity), $0.text) }.joined() + "\n"
            }
        }
        for help in diagnostic.help {
            text +=
                String(repeating: " ", count: indent) + paint(.cyan, "= help:") + " " + VisibleText.escape(help) + "\n"
        }
    }
}

extension TextRenderer {
    /// Parameters of the terminal sequence that sets colours (SGR of ECMA-48).
    private enum Color: String {
        case plain = ""
        case bold = "1"
        case red = "1;31"
        case yellow = "1;33"
        case blue = "34"
        case cyan = "36"
    }

    private func color(_ severity: Diagnostic.Severity) -> Color {
        switch severity {
        case .error: .red
        case .warning: .yellow
        case .note: .cyan
        }
    }

    private func color(_ ink: Excerpt.Ink, _ severity: Diagnostic.Severity) -> Color {
        switch ink {
        case .plain: .plain
        case .gutter, .secondary: .blue
        case .primary: color(severity)
        }
    }

    private func paint(_ color: Color, _ text: String) -> String {
        isColored && color != .plain ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}
