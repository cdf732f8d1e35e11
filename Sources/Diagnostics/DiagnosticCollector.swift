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

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// By place, those of the whole file first. What is reached twice, through an alias, is reported once.
    package func sorted() -> [Diagnostic] {
        struct Identity: Hashable {
            let code: DiagnosticCode
            let range: SourceRange?
            let message: String
        }
        var seen: Set<Identity> = []
        var stamped = file
        stamped.concealed = concealed
        return diagnostics.enumerated()
            .sorted { left, right in
                (left.element.sortKey, left.offset) < (right.element.sortKey, right.offset)
            }
            .map(\.element)
            .filter { seen.insert(Identity(code: $0.code, range: $0.range, message: $0.message)).inserted }
            .map { diagnostic in
                var diagnostic = diagnostic
                diagnostic.file = stamped
                return diagnostic
            }
    }
}

extension Diagnostic {
    fileprivate var sortKey: SourceRange {
        range ?? SourceRange(SourcePosition(line: 0, column: 0), SourcePosition(line: 0, column: 0))
    }
}
