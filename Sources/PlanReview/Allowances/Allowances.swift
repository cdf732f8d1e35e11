import Diagnostics
import YAMLTree

/// The comments of one file that silence rules, and whether they did.
struct Allowances {
    private let allowances: [Allowance]
    private var used: Set<Int> = []
    private static let known = Set(RuleCatalogue.declarations.map(\.id)).union([DiagnosticCode.unverifiedTLS.rawValue])

    init(in file: SourceFile, root: YAMLNode) {
        allowances = YAMLDocument.comments(in: file).compactMap { Allowance($0, root: root) }
    }

    /// The diagnostics that no comment silences.
    mutating func silence(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.filter { diagnostic in
            let covering = allowances.indices.filter { allowances[$0].covers(diagnostic) }
            used.formUnion(covering)
            return covering.isEmpty
        }
    }

    /// Reports the comments that silence nothing, after `silence` has seen all diagnostics.
    func report(to collector: DiagnosticCollector) {
        for (index, allowance) in allowances.enumerated() where !used.contains(index) {
            let (problem, message, help) = complaint(allowance)
            let rule = problem.declaration
            collector.add(
                rule.severity, rule.topic, message, at: allowance.comment.range, help: help ?? [rule.remedy],
                fix: problem == .unused
                    ? Diagnostic.Fix("remove the comment", [removal(of: allowance, collector.file)]) : nil)
        }
    }

    private func complaint(_ allowance: Allowance) -> (AllowanceProblem, message: String, help: [String]?) {
        guard case .allow(let rule, let reason) = allowance.words else {
            return (.unknownWord, "this comment is for planrun, which does not know what it says", nil)
        }
        guard Self.known.contains(rule) else {
            let help = Suggestion.help(for: rule, in: Self.known.sorted())
            return (.unknownRule, "this comment allows what no rule is called", help.isEmpty ? nil : help)
        }
        if reason.isEmpty { return (.withoutReason, "this comment allows '\(rule)' without a reason", nil) }
        return (.unused, "this comment allows '\(rule)', which is not found here", nil)
    }

    /// A comment on a line of its own goes with its line, another one with the blanks before it.
    private func removal(of allowance: Allowance, _ file: SourceFile) -> TextEdit {
        let (comment, lines) = (allowance.comment, SourceLines(file.text))
        let line = comment.range.start.line
        if comment.standsAlone, line < lines.count {
            return TextEdit(
                SourceRange(SourcePosition(line: line, column: 1), SourcePosition(line: line + 1, column: 1)), "")
        }
        let before = lines[line].prefix(comment.range.start.column - 1)
        let kept = before.lastIndex { $0 != " " && $0 != "\t" }.map {
            before.distance(from: before.startIndex, to: $0) + 1
        }
        return TextEdit(
            SourceRange(SourcePosition(line: line, column: (kept ?? 0) + 1), comment.range.end), "")
    }
}
