import Escaping
internal import FoundationEssentials

/// Diagnostics as a JSON list with one object for each; indented, keys in alphabetical order.
package struct JSONRenderer: DiagnosticRenderer {
    package static var meaning: String? { "a list of all that was found" }
    package static var isData: Bool { true }

    package init(_ surface: DiagnosticSurface) {}

    package func render(_ diagnostics: [Diagnostic]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(diagnostics.map(\.record)) else {
            preconditionFailure("a diagnostic holds only strings, numbers and lists of them")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self))
    }
}

extension Diagnostic {
    /// A diagnostic as data, one JSON object each. Lines and columns count from 1; columns count Unicode scalars.
    package struct Record: Encodable, Sendable, Equatable {
        package struct Label: Encodable, Sendable, Equatable {
            package let line: Int
            package let column: Int
            package let endLine: Int
            package let endColumn: Int
            package let message: String
        }

        /// A change that `lint --fix` makes. `text` stands instead of what the places enclose.
        package struct Fix: Encodable, Sendable, Equatable {
            package struct Edit: Encodable, Sendable, Equatable {
                package let line: Int
                package let column: Int
                package let endLine: Int
                package let endColumn: Int
                package let text: String
            }

            package let title: String
            package let edits: [Edit]
        }

        package let path: String
        /// This and the next three are left out of the JSON where the diagnostic means the whole file.
        package let line: Int?
        package let column: Int?
        package let endLine: Int?
        package let endColumn: Int?
        package let severity: String
        package let code: String
        package let message: String
        package let label: String?
        package let labels: [Label]
        package let help: [String]
        /// Left out of the JSON where a person has to decide what to write.
        package let fix: Fix?
    }

    package var record: Record {
        Record(
            path: path, line: range?.start.line, column: range?.start.column, endLine: range?.end.line,
            endColumn: range?.end.column, severity: severity.rawValue, code: topic.id, message: message,
            label: label,
            labels: labels.map {
                Record.Label(
                    line: $0.range.start.line, column: $0.range.start.column, endLine: $0.range.end.line,
                    endColumn: $0.range.end.column, message: $0.text)
            },
            help: help, fix: fix.map(Record.Fix.init))
    }
}

extension Diagnostic.Record.Fix {
    fileprivate init(_ fix: Diagnostic.Fix) {
        title = fix.title
        edits = fix.edits.map {
            Edit(
                line: $0.range.start.line, column: $0.range.start.column, endLine: $0.range.end.line,
                endColumn: $0.range.end.column, text: $0.text)
        }
    }
}
