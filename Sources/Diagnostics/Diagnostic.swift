/// One mistake in a text, or something that a reviewer would say about it: what it is, where, and what to write instead.
///
/// It is a value and carries the text it speaks of, so that whoever renders it needs nothing else.
package struct Diagnostic: Sendable, Equatable {
    /// From the worst to the mildest.
    package enum Severity: String, Sendable, Hashable, CaseIterable, Codable {
        case error, warning, note
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

    /// A change of the text after which the diagnostic is gone.
    package struct Fix: Sendable, Hashable {
        /// What the change does: `remove this comment`.
        package let title: String
        /// The replaced pieces of the text; none overlaps another.
        package let edits: [TextEdit]

        package init(_ title: String, _ edits: [TextEdit]) {
            self.title = title
            self.edits = edits
        }
    }

    package let severity: Severity
    package let topic: DiagnosticTopic
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
    /// `nil` where a person has to decide what to write.
    package let fix: Fix?

    package init(
        _ severity: Severity, _ topic: DiagnosticTopic, _ message: String, file: SourceFile,
        at range: SourceRange? = nil, label: String? = nil, labels: [Label] = [], help: [String] = [], fix: Fix? = nil
    ) {
        self.severity = severity
        self.topic = topic
        self.message = message
        self.file = file
        self.range = range
        self.label = label
        self.labels = labels
        self.help = help
        self.fix = fix
    }

    package init(
        _ severity: Severity, _ code: DiagnosticCode, _ message: String, file: SourceFile,
        at range: SourceRange? = nil, label: String? = nil, labels: [Label] = [], help: [String] = []
    ) {
        self.init(
            severity, DiagnosticTopic(code), message, file: file, at: range, label: label, labels: labels, help: help)
    }

    package var path: String { file.path }
    /// The mistake that a reader found; `nil` for what a rule found.
    package var code: DiagnosticCode? { topic.mistake }
}

extension Sequence<Diagnostic> {
    /// By place, those about the whole file first; of several at one place, in the order given.
    package func sortedByPlace() -> [Diagnostic] {
        enumerated()
            .sorted { left, right in (left.element.sortKey, left.offset) < (right.element.sortKey, right.offset) }
            .map(\.element)
    }
}

extension Diagnostic {
    fileprivate var sortKey: SourceRange {
        range ?? SourceRange(SourcePosition(line: 0, column: 0), SourcePosition(line: 0, column: 0))
    }
}
