import Escaping
internal import FoundationEssentials

/// Diagnostics as a Code Quality report of GitLab: a JSON list that a job keeps as its `codequality` report.
///
/// Source: docs.gitlab.com, "Code Quality", the table of the fields that GitLab reads. Paths must be relative to the
/// repository and must not begin with `./`.
package struct GitLabRenderer: DiagnosticRenderer {
    package static var meaning: String? { "a Code Quality report of GitLab" }
    package static var isData: Bool { true }

    package init(_ surface: DiagnosticSurface) {}

    private struct Issue: Encodable {
        struct Location: Encodable {
            struct Lines: Encodable {
                let begin: Int
                let end: Int
            }

            let path: String
            let lines: Lines
        }

        let description: String
        let checkName: String
        let fingerprint: String
        let severity: String
        let location: Location

        enum CodingKeys: String, CodingKey {
            case description, fingerprint, severity, location
            case checkName = "check_name"
        }
    }

    package func render(_ diagnostics: [Diagnostic]) -> String {
        var fingerprints = Fingerprints()
        let issues = diagnostics.map { diagnostic in
            // A finding about the whole file is shown at its first line.
            let lines = (diagnostic.range?.start.line ?? 1, diagnostic.range?.end.line ?? 1)
            return Issue(
                description: ([diagnostic.message] + diagnostic.help).joined(separator: "; "),
                checkName: diagnostic.topic.id, fingerprint: fingerprints.next(diagnostic),
                severity: word(diagnostic.severity),
                location: .init(path: Self.relative(diagnostic.path), lines: .init(begin: lines.0, end: lines.1)))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(issues) else {
            preconditionFailure("an issue holds only strings and numbers")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self))
    }

    private static func relative(_ path: String) -> String {
        var path = path[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        return String(path)
    }

    private func word(_ severity: Diagnostic.Severity) -> String {
        switch severity {
        case .error: "critical"
        case .warning: "major"
        case .note: "info"
        }
    }
}
