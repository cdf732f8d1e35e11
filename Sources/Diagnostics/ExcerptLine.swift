import Escaping

/// A part of one source line as it is shown: tabs and control characters visible, secrets hidden, and the columns of
/// every Unicode scalar known.
struct ExcerptLine {
    private struct Cell {
        var text: String
        var width: Int
    }

    private static let tab = Cell(text: "→   ", width: 4)
    private static let hidden = Cell(text: "***", width: 3)
    private static let nothing = Cell(text: "", width: 0)

    /// How many scalars before and after a mark are looked at. A line may have millions of scalars. The width of the
    /// excerpt does not limit their number, because some of them have no width.
    private static let reach = 400

    let number: Int
    /// The source column, from 0, of the first cell.
    private let first: Int
    private let cells: [Cell]
    /// Where each cell begins, and where the last one ends.
    private let starts: [Int]
    private let isCutLeft: Bool
    private let isCutRight: Bool

    /// - Parameters:
    ///   - focus: the source column, from 1, around which the line is shown.
    ///   - names: what need not be hidden, because the diagnostic itself names it.
    init(_ line: DisclosedLine, number: Int, around focus: Int, names: Set<String>, concealed: [Range<Int>]) {
        self.number = number
        let count = line.scalars.count
        let centre = min(max(focus - 1, 0), count)
        let part = max(0, centre - Self.reach)..<min(count, centre + Self.reach)
        first = part.lowerBound
        isCutLeft = part.lowerBound > 0
        isCutRight = part.upperBound < count
        let hidden = line.hidden(in: part, names: names) + concealed
        var wasHidden = false
        var cells: [Cell] = []
        for index in part {
            let scalar = line.scalars[index]
            let isHidden = hidden.contains { $0.contains(index) }
            if isHidden, !VisibleText.isUnsafe(scalar) || scalar == "\t" {
                cells.append(wasHidden ? Self.nothing : Self.hidden)
            } else {
                cells.append(Self.cell(scalar))
            }
            wasHidden = isHidden
        }
        self.cells = cells
        self.starts = cells.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.width) }
    }

    private static func cell(_ scalar: Unicode.Scalar) -> Cell {
        if scalar == "\t" { return tab }
        let text = VisibleText.spelling(of: scalar)
        return VisibleText.isUnsafe(scalar)
            ? Cell(text: text, width: text.count) : Cell(text: text, width: VisibleText.width(of: scalar))
    }

    private var width: Int { starts.last ?? 0 }

    /// The display columns, from 0, that the source columns from `start` to just before `end` take; at least one
    /// column. Without `end` they go on to the end of the line.
    func span(from start: Int, to end: Int?) -> Range<Int> {
        let from = starts[min(max(start - 1 - first, 0), cells.count)]
        let to = end.map { starts[min(max($0 - 1 - first, 0), cells.count)] } ?? width
        return from..<max(to, from + 1)
    }

    /// The display columns to show: all of them, or as many as fit around `focus`.
    func window(around focus: Range<Int>, width limit: Int) -> Range<Int> {
        // A mark may stand just past the end of the line.
        let end = max(width, focus.upperBound)
        guard end > limit else { return 0..<end }
        let start = max(0, min(focus.lowerBound - limit / 3, end - limit))
        return start..<(start + limit)
    }

    func text(in window: Range<Int>) -> String {
        let isCutLeft = window.lowerBound > 0 || isCutLeft
        let isCutRight = window.upperBound < width || isCutRight
        let first = window.lowerBound + (isCutLeft ? 1 : 0)
        let last = window.upperBound - (isCutRight ? 1 : 0)
        var text = isCutLeft ? "…" : ""
        var column = first
        for (cell, start) in zip(cells, starts) where start >= first && start + cell.width <= last {
            // Blanks fill the place of a wide scalar that the cut went through.
            text += String(repeating: " ", count: start - column) + cell.text
            column = start + cell.width
        }
        while text.last == " " { text.removeLast() }
        return isCutRight ? text + "…" : text
    }
}
