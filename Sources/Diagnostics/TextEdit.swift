/// A piece of a text, and what stands there instead.
package struct TextEdit: Sendable, Hashable {
    package let range: SourceRange
    package let text: String

    package init(_ range: SourceRange, _ text: String) {
        self.range = range
        self.text = text
    }
}

extension SourceFile {
    /// The text with the edits made. An edit that overlaps one before it is left out.
    package func text(editedBy edits: [TextEdit]) -> String {
        let lines = SourceLines(text)
        let scalars = text.unicodeScalars
        var edited = String.UnicodeScalarView()
        var place = scalars.startIndex
        for edit in edits.sorted(by: { $0.range < $1.range }) {
            let (start, end) = (lines.index(of: edit.range.start), lines.index(of: edit.range.end))
            guard start >= place, end >= start else { continue }
            edited.append(contentsOf: scalars[place..<start])
            edited.append(contentsOf: edit.text.unicodeScalars)
            place = end
        }
        edited.append(contentsOf: scalars[place...])
        return String(edited)
    }
}
