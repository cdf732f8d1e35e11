/// One mistake in a text: what is wrong, where, and what to write instead.
///
/// It is a value and carries the text it speaks of, so that whoever renders it needs nothing else.
package struct Diagnostic: Sendable, Equatable {
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        case error, warning
    }

    /// A second place that belongs to the mistake: `first written here`.
    package struct Label: Sendable, Hashable {
        package let range: SourceRange
        package let text: String

        package init(_ range: SourceRange, _ text: String) {
            self.range = range
            self.text = text
        }
    }

    package let severity: Severity
    package let code: DiagnosticCode
    /// Lower case, no full stop, names in 'single quotes'.
    package let message: String
    package let file: SourceFile
    /// `nil` if the whole file is meant, and for files that could not be read.
    package let range: SourceRange?
    /// The text beside the marks under `range`.
    package let label: String?
    package let labels: [Label]
    /// What to do; one line each.
    package let help: [String]

    package init(
        _ severity: Severity, _ code: DiagnosticCode, _ message: String, file: SourceFile,
        at range: SourceRange? = nil, label: String? = nil, labels: [Label] = [], help: [String] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.file = file
        self.range = range
        self.label = label
        self.labels = labels
        self.help = help
    }

    package var path: String { file.path }
}
