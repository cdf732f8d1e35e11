/// The lines of a text, cut where libyaml cuts them: at LF, CR, CR LF, NEL, LS and PS.
package struct SourceLines: Sendable {
    private let lines: [Substring.UnicodeScalarView]

    package init(_ text: String) {
        let scalars = text[...].unicodeScalars
        var lines: [Substring.UnicodeScalarView] = []
        var start = scalars.startIndex
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            var next = scalars.index(after: index)
            if Self.isBreak(scalar) {
                lines.append(scalars[start..<index])
                if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
                start = next
            }
            index = next
        }
        lines.append(scalars[start...])
        self.lines = lines
    }

    /// Line numbers count from 1. Empty for a line that the text does not have.
    package subscript(line: Int) -> Substring.UnicodeScalarView {
        lines.indices.contains(line - 1) ? lines[line - 1] : ""[...].unicodeScalars
    }

    package var count: Int { lines.count }

    /// Where a place lies in the text from which the lines were made; the end of the line for a column past it.
    package func index(of position: SourcePosition) -> String.Index {
        let line = self[min(max(1, position.line), count)]
        return line.index(line.startIndex, offsetBy: position.column - 1, limitedBy: line.endIndex) ?? line.endIndex
    }

    /// The place just past the last scalar of the text.
    package var end: SourcePosition { SourcePosition(line: lines.count, column: self[lines.count].count + 1) }

    package static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }
}
