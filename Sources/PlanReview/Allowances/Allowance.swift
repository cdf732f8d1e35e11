import Diagnostics
import YAMLTree

/// A comment that silences a rule: `# planrun: allow single-sentinel: the other two come next month`.
///
/// It holds for what begins on its line, or, if it stands alone, for what begins on the next line that is no comment.
/// Above the first key it holds for the whole file.
struct Allowance {
    let comment: YAMLComment
    /// The text after `planrun:`, cut into the word, the rule and the reason.
    let words: Words
    let scope: Scope

    enum Scope: Equatable {
        case file
        /// A key or a step with all that belongs to it.
        case part(SourceRange)
        case nothing
    }

    enum Words: Equatable {
        /// - Parameter reason: empty if there is none.
        case allow(rule: String, reason: String)
        case unknown
    }

    /// `nil` for a comment that is not for planrun.
    init?(_ comment: YAMLComment, root: YAMLNode) {
        guard let words = Words(comment.text) else { return nil }
        self.comment = comment
        self.words = words
        scope = Scope(of: comment, root: root)
    }

    /// Whether the comment covers a finding about this rule at this place.
    func covers(_ diagnostic: Diagnostic) -> Bool {
        guard case .allow(diagnostic.topic.id, let reason) = words, !reason.isEmpty else { return false }
        switch scope {
        case .file: return true
        case .part(let part): return diagnostic.range.map { part.start <= $0.start && $0.start <= part.end } ?? false
        case .nothing: return false
        }
    }
}

extension Allowance.Words {
    private static let mark = "planrun:"

    fileprivate init?(_ comment: String) {
        let text = comment.drop { $0 == "#" }.drop { $0.isWhitespace }
        guard text.hasPrefix(Self.mark) else { return nil }
        let parts = text.dropFirst(Self.mark.count).split(
            maxSplits: 2, omittingEmptySubsequences: true, whereSeparator: \.isWhitespace)
        guard parts.first == "allow", parts.count > 1 else {
            self = .unknown
            return
        }
        let rule = parts[1].last == ":" ? parts[1].dropLast() : parts[1]
        let isSeparated = parts[1].last == ":"
        self = .allow(rule: String(rule), reason: isSeparated && parts.count > 2 ? String(parts[2]) : "")
    }
}

extension Allowance.Scope {
    fileprivate init(of comment: YAMLComment, root: YAMLNode) {
        let line = comment.range.start.line
        let first = root.entries?.first?.keyRange.start ?? root.range.start
        guard comment.standsAlone else {
            self = root.part(beginningOn: line...line).map(Self.part) ?? .nothing
            return
        }
        if line < first.line {
            self = .file
            return
        }
        self = root.part(beginningOn: (line + 1)...Int.max).map(Self.part) ?? .nothing
    }
}

extension YAMLNode {
    /// The first and outermost entry or element that begins on one of these lines.
    fileprivate func part(beginningOn lines: ClosedRange<Int>) -> SourceRange? {
        for entry in entries ?? [] {
            if lines.contains(entry.keyRange.start.line) { return entry.range }
            if let part = entry.value.part(beginningOn: lines) { return part }
        }
        for element in elements ?? [] {
            if lines.contains(element.range.start.line) { return element.range }
            if let part = element.part(beginningOn: lines) { return part }
        }
        return nil
    }
}
