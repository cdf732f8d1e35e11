/// One source line as it is shown: tabs and control characters visible, secrets hidden, and every scalar in known
/// columns.
struct ExcerptLine {
    private struct Cell {
        var text: String
        var width: Int
    }

    private static let tab = Cell(text: "→   ", width: 4)
    private static let hidden = Cell(text: "***", width: 3)

    let number: Int
    private let cells: [Cell]
    /// Where each cell begins, and where the last one ends.
    private let starts: [Int]

    init(_ scalars: Substring.UnicodeScalarView, number: Int, concealed: [SourceRange]) {
        self.number = number
        let hidden = concealed.filter { $0.start.line <= number && number <= $0.end.line }
        var wasHidden = false
        var cells: [Cell] = []
        for (index, scalar) in scalars.enumerated() {
            let position = SourcePosition(line: number, column: index + 1)
            let isHidden = hidden.contains { $0.start <= position && position < $0.end }
            cells.append(isHidden ? (wasHidden ? Cell(text: "", width: 0) : Self.hidden) : Self.cell(scalar))
            wasHidden = isHidden
        }
        self.cells = cells
        self.starts = cells.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.width) }
    }

    private static func cell(_ scalar: Unicode.Scalar) -> Cell {
        if scalar == "\t" { return tab }
        let text = VisibleText.escape(scalar)
        return VisibleText.isUnsafe(scalar)
            ? Cell(text: text, width: text.count) : Cell(text: text, width: VisibleText.width(of: scalar))
    }

    private var width: Int { starts.last ?? 0 }

    /// The display columns, from 0, of the source columns from `start` up to `end`; one at least.
    func span(from start: Int, to end: Int?) -> Range<Int> {
        let from = starts[min(max(start - 1, 0), cells.count)]
        let to = starts[min(max((end ?? cells.count + 1) - 1, 0), cells.count)]
        return from..<max(to, from + 1)
    }

    /// The display columns to show: all of them, or as many as fit around `focus`.
    func window(around focus: Range<Int>, width limit: Int) -> Range<Int> {
        // A mark may stand just past the end.
        let end = max(width, focus.upperBound)
        guard end > limit else { return 0..<end }
        let start = max(0, min(focus.lowerBound - limit / 3, end - limit))
        return start..<(start + limit)
    }

    func text(in window: Range<Int>) -> String {
        let isCutLeft = window.lowerBound > 0
        let isCutRight = window.upperBound < width
        let first = window.lowerBound + (isCutLeft ? 1 : 0)
        let last = window.upperBound - (isCutRight ? 1 : 0)
        var text = isCutLeft ? "…" : ""
        var column = first
        for (cell, start) in zip(cells, starts) where start >= first && start + cell.width <= last {
            // Half of a wide scalar was cut away.
            text += String(repeating: " ", count: start - column) + cell.text
            column = start + cell.width
        }
        while text.last == " " { text.removeLast() }
        return isCutRight ? text + "…" : text
    }
}
