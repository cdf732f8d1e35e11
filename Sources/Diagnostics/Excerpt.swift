import Escaping

/// The source lines of a diagnostic with marks under them, as plain text in pieces that a renderer may colour.
struct Excerpt {
    enum Ink {
        case plain, gutter, primary, secondary
    }

    struct Piece {
        let ink: Ink
        let text: String
    }

    /// One line of the excerpt in pieces, without a line break.
    typealias Row = [Piece]

    private struct Mark {
        let line: Int
        let start: Int
        /// The column just past the mark; `nil` for a mark that goes to the end of the line.
        let end: Int?
        let text: String?
        let isPrimary: Bool

        init(_ range: SourceRange, _ text: String?, isPrimary: Bool) {
            self.line = range.start.line
            self.start = range.start.column
            self.end = range.end.line > range.start.line ? nil : max(range.end.column, range.start.column + 1)
            self.text = text
            self.isPrimary = isPrimary
        }

        var ink: Ink { isPrimary ? .primary : .secondary }
    }

    /// How many columns stand before the bar at the left. Help lines are indented by the same width.
    let gutterWidth: Int
    private(set) var rows: [Row]

    init(of range: SourceRange, in diagnostic: Diagnostic, source: inout ExcerptSource, width: Int) {
        let marks =
            [Mark(range, diagnostic.label, isPrimary: true)]
            + diagnostic.labels.map { Mark($0.range, $0.text, isPrimary: false) }
        let names = source.file.disclosure == nil ? [] : diagnostic.names
        let numbers = Set(marks.map(\.line)).sorted()
        gutterWidth = String(numbers.last ?? 1).count + 1
        rows = []
        rows.append([gutter("")])
        var previous: Int?
        for number in numbers {
            if let previous, number > previous + 1 { rows.append([gutter("", bar: "⋮")]) }
            previous = number
            let onLine = marks.filter { $0.line == number }
            let focus = (onLine.first { $0.isPrimary } ?? onLine.first)?.start ?? 1
            let line = ExcerptLine(
                source.line(number), number: number, around: focus, names: names,
                concealed: source.concealed(on: number))
            add(line, onLine, width: width)
        }
    }

    private func gutter(_ number: String, bar: String = "│") -> Piece {
        let padding = String(repeating: " ", count: gutterWidth - 1 - number.count)
        return Piece(ink: .gutter, text: "\(padding)\(number) \(bar)")
    }

    private mutating func add(_ line: ExcerptLine, _ marks: [Mark], width: Int) {
        let spans = marks.map { (mark: $0, span: line.span(from: $0.start, to: $0.end)) }
            .sorted {
                ($0.span.lowerBound, $0.mark.isPrimary ? 1 : 0) > ($1.span.lowerBound, $1.mark.isPrimary ? 1 : 0)
            }
        let focus = spans.first { $0.mark.isPrimary }?.span ?? spans.last?.span ?? 0..<1
        let window = line.window(around: focus, width: max(width - gutterWidth - 2, 20))
        let text = line.text(in: window)
        rows.append(
            [gutter(String(line.number))] + (text.isEmpty ? [] : [Piece(ink: .plain, text: " " + text)]))

        // The spans cut to the window, and counted from its first column.
        let shown = spans.map { entry in
            let start = min(max(entry.span.lowerBound, window.lowerBound), window.upperBound)
            let end = min(max(entry.span.upperBound, start + 1), max(window.upperBound, start + 1))
            return (mark: entry.mark, start: start - window.lowerBound, end: end - window.lowerBound)
        }
        var inks = [Ink?](repeating: nil, count: shown.map(\.end).max() ?? 0)
        for entry in shown.sorted(by: { !$0.mark.isPrimary && $1.mark.isPrimary }) {
            for column in entry.start..<entry.end { inks[column] = entry.mark.ink }
        }
        var row: Row = [gutter(""), Piece(ink: .plain, text: " ")] + Self.pieces(inks)
        var waiting = shown.filter { $0.mark.text != nil }[...]
        if let rightmost = shown.first, let text = rightmost.mark.text, rightmost.end == inks.count {
            row.append(Piece(ink: rightmost.mark.ink, text: " " + VisibleText.escape(text)))
            waiting = waiting.dropFirst()
        }
        rows.append(row)
        for entry in waiting {
            let indent = String(repeating: " ", count: entry.start + 1)
            rows.append([
                gutter(""), Piece(ink: .plain, text: indent),
                Piece(ink: entry.mark.ink, text: VisibleText.escape(entry.mark.text ?? "")),
            ])
        }
    }

    /// The marks under a line, as one piece for each run of the same ink.
    private static func pieces(_ inks: [Ink?]) -> [Piece] {
        var pieces: [Piece] = []
        var rest = inks[...]
        while let ink = rest.first {
            let run = rest.prefix { $0 == ink }
            pieces.append(Piece(ink: ink ?? .plain, text: String(repeating: symbol(ink), count: run.count)))
            rest = rest.dropFirst(run.count)
        }
        return pieces
    }

    private static func symbol(_ ink: Ink?) -> String {
        switch ink {
        case .primary: "^"
        case .secondary: "-"
        case .plain, .gutter, nil: " "
        }
    }
}
