/// Gathers the mistakes of one file while it is read, and hands them out in order, each once.
package final class DiagnosticCollector {
    package let file: SourceFile
    private var diagnostics: [Diagnostic] = []
    private var concealed: [SourceRange] = []

    package init(_ file: SourceFile) {
        self.file = file
    }

    package func error(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange?, label: String? = nil,
        labels: [Diagnostic.Label] = [], help: [String] = []
    ) {
        diagnostics.append(
            Diagnostic(.error, code, message, file: file, at: range, label: label, labels: labels, help: help))
    }

    package func warning(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange?, label: String? = nil,
        labels: [Diagnostic.Label] = [], help: [String] = []
    ) {
        diagnostics.append(
            Diagnostic(.warning, code, message, file: file, at: range, label: label, labels: labels, help: help))
    }

    /// No excerpt of any diagnostic of this file shows what is written here.
    package func conceal(_ range: SourceRange) {
        concealed.append(range)
    }

    package var isEmpty: Bool { diagnostics.isEmpty }
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// By place, those of the whole file first. What is reached twice, through an alias, is reported once.
    package func sorted() -> [Diagnostic] {
        struct Identity: Hashable {
            let code: DiagnosticCode
            let range: SourceRange?
            let message: String
        }
        var seen: Set<Identity> = []
        let ordered = diagnostics.enumerated()
            .sorted { left, right in (left.element.sortKey, left.offset) < (right.element.sortKey, right.offset) }
            .map(\.element)
            .filter { seen.insert(Identity(code: $0.code, range: $0.range, message: $0.message)).inserted }
        var stamped = file
        stamped.concealed = concealed
        let secrets = secrets()
        return ordered.map { $0.replacingSecrets(secrets, file: stamped) }
    }

    /// What is concealed on one line, without quotes. Shorter ones would tear words apart, and are found by trying
    /// anyway.
    private func secrets() -> Set<String> {
        guard !concealed.isEmpty else { return [] }
        let lines = SourceLines(file.text)
        let texts = concealed.filter { $0.start.line == $0.end.line }.map { range in
            let line = lines[range.start.line].dropFirst(range.start.column - 1)
            return String(line.prefix(range.end.column - range.start.column)).trimming { " '\"".contains($0) }
        }
        return Set(texts).subtracting([""])
    }
}

extension String {
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> String {
        let start = drop(while: isTrimmed)
        return String(start.reversed().drop(while: isTrimmed).reversed())
    }
}

extension Diagnostic {
    fileprivate var sortKey: SourceRange {
        range ?? SourceRange(SourcePosition(line: 0, column: 0), SourcePosition(line: 0, column: 0))
    }

    /// Messages name what they are about in 'single quotes', and may so repeat what excerpts do not show.
    fileprivate func replacingSecrets(_ secrets: Set<String>, file: SourceFile) -> Diagnostic {
        func replacing(_ text: String) -> String {
            guard !secrets.isEmpty else { return text }
            let pieces = text.split(separator: "'", omittingEmptySubsequences: false)
            return pieces.map { secrets.contains(String($0)) ? "***" : $0 }.joined(separator: "'")
        }
        return Diagnostic(
            severity, code, replacing(message), file: file, at: range, label: label.map(replacing),
            labels: labels.map { Label($0.range, replacing($0.text)) }, help: help.map(replacing))
    }
}
