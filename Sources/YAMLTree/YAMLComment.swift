package import Diagnostics

/// A comment, which libyaml skips and the tree does not have.
package struct YAMLComment: Sendable, Equatable {
    /// From `#` to the end of its line.
    package let range: SourceRange
    /// Including the `#`, without blanks at the end.
    package let text: String
    /// Whether nothing else stands on its line.
    package let standsAlone: Bool
}

extension YAMLDocument {
    /// The comments of a file, in order; none for a file that is not YAML.
    package static func comments(in file: SourceFile) -> [YAMLComment] {
        guard let scalars = scalarRanges(in: file) else { return [] }
        let lines = SourceLines(file.text)
        var rest = scalars[...]
        var comments: [YAMLComment] = []
        for number in 1...lines.count {
            let line = lines[number]
            var (column, isBlank) = (1, true)
            var index = line.startIndex
            while index < line.endIndex {
                let place = SourcePosition(line: number, column: column)
                while let first = rest.first, first.end <= place { rest.removeFirst() }
                if let scalar = rest.first, scalar.start <= place {
                    isBlank = false
                } else if line[index] == "#" {
                    let text = String(String.UnicodeScalarView(line[index...]))
                    let end = SourcePosition(line: number, column: line.count + 1)
                    comments.append(
                        YAMLComment(
                            range: SourceRange(place, end), text: text.withoutBlanksAtEnd, standsAlone: isBlank))
                    break
                } else if line[index] != " ", line[index] != "\t" {
                    isBlank = false
                }
                index = line.index(after: index)
                column += 1
            }
        }
        return comments
    }

    /// Where scalars stand, in order. Outside of them, a `#` begins a comment. The header of a block scalar is left out:
    /// it may have a comment of its own. `nil` if the file is not YAML.
    private static func scalarRanges(in file: SourceFile) -> [SourceRange]? {
        let lines = SourceLines(file.text)
        var text = file.text.isEmpty ? "\n" : file.text
        return text.withUTF8 { bytes in
            let events = YAMLEventReader(bytes)
            var ranges: [SourceRange] = []
            while let event = try? events.next() {
                switch event.kind {
                case .streamEnd: return ranges
                case .scalar(let scalar):
                    var start = event.range.start
                    switch scalar.style {
                    case .plain, .singleQuoted, .doubleQuoted: break
                    case .literal, .folded:
                        let line = lines[start.line]
                        let hash = line.dropFirst(start.column - 1).firstIndex(of: "#") ?? line.endIndex
                        start = SourcePosition(
                            line: start.line, column: line.distance(from: line.startIndex, to: hash) + 1)
                        // The content begins on the next line, so the comment of the header is outside.
                        ranges.append(SourceRange(event.range.start, start))
                        start = SourcePosition(line: start.line + 1, column: 1)
                    }
                    if start < event.range.end { ranges.append(SourceRange(start, event.range.end)) }
                case .documentStart, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .alias, .other: break
                }
            }
            return nil
        }
    }
}

extension String {
    fileprivate var withoutBlanksAtEnd: String {
        var view = unicodeScalars[...]
        while view.last == " " || view.last == "\t" { view.removeLast() }
        return String(view)
    }
}
