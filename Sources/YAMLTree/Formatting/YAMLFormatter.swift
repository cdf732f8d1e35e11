package import Diagnostics

/// Writes a YAML file in the one canonical form, with its comments.
///
/// Indentation is two blanks, also for lists under a key. What is written with braces or brackets stays so as long as it
/// fits on a line and has no comments inside; everything else has a line of its own. Quotes stand only where they are
/// needed. One empty line is kept where there were some. The order of keys is the author's, because comments speak of
/// what stands around them.
package enum YAMLFormatter {
    /// In columns, without the comment at the end of a line.
    static let width = 120

    /// A text as a value of one line, with quotes where it would mean something else without, and with escapes for what
    /// cannot be seen.
    package static func spelling(of text: String) -> String { YAMLScalar(text, style: .doubleQuoted).spelledInLine }

    /// The formatted text; `nil` for a file that is not YAML, or whose meaning or comments would change.
    package static func format(_ file: SourceFile) -> String? {
        guard let root = LayoutBuilder.layout(of: file) else { return nil }
        let comments = YAMLDocument.comments(in: file)
        var placement = CommentPlacement(root, SourceLines(file.text))
        let footer = placement.place(comments)
        var writer = LayoutWriter()
        writer.write(root, footer: footer)
        return isSame(file, comments, SourceFile(path: file.path, text: writer.text)) ? writer.text : nil
    }

    private static func isSame(_ file: SourceFile, _ comments: [YAMLComment], _ other: SourceFile) -> Bool {
        guard let before = YAMLDocument.parse(DiagnosticCollector(file)),
            let after = YAMLDocument.parse(DiagnosticCollector(other))
        else { return false }
        return before.means(after)
            && comments.map(\.text).sorted() == YAMLDocument.comments(in: other).map(\.text).sorted()
    }
}

extension YAMLNode {
    /// Whether both are the same values under the same keys in the same order, however they are written.
    package func means(_ other: YAMLNode) -> Bool {
        switch (content, other.content) {
        case (.scalar(let one), .scalar(let two)):
            one.meaning == two.meaning && (one.text == two.text || one.meaning == .null)
        case (.sequence(let ones), .sequence(let twos)):
            ones.count == twos.count && zip(ones, twos).allSatisfy { $0.means($1) }
        case (.mapping(let ones), .mapping(let twos)):
            ones.count == twos.count && zip(ones, twos).allSatisfy { $0.key == $1.key && $0.value.means($1.value) }
        case (.scalar, _), (.sequence, _), (.mapping, _), (.invalid, _): false
        }
    }
}
