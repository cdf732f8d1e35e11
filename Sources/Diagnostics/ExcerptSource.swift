/// The lines of one file as excerpts show them; each is read once, however many diagnostics point at it.
struct ExcerptSource {
    let file: SourceFile
    private let lines: SourceLines
    private var disclosed: [Int: DisclosedLine] = [:]
    /// For lines above those that are shown, by line number: whether their last key is one whose values are shown;
    /// `nil` for a line without a key.
    private var endings: [Int: Bool?] = [:]

    init(_ file: SourceFile) {
        self.file = file
        lines = SourceLines(file.text)
    }

    mutating func line(_ number: Int) -> DisclosedLine {
        if let line = disclosed[number] { return line }
        let line = DisclosedLine(
            Array(lines[number]), file.disclosure,
            beginsOpen: file.disclosure == nil || keyIsOpen(before: number))
        disclosed[number] = line
        return line
    }

    /// How many lines above are searched for the key that a value belongs to. A value further below its key is hidden.
    private static let mostLinesBack = 200

    /// Whether a value that began on an earlier line and goes on in this one may be shown: the last key above decides it.
    private mutating func keyIsOpen(before number: Int) -> Bool {
        guard number > 1 else { return true }
        for above in stride(from: number - 1, through: max(1, number - Self.mostLinesBack), by: -1) {
            if let isOpen = ending(of: above) { return isOpen }
        }
        return number <= Self.mostLinesBack
    }

    private mutating func ending(of number: Int) -> Bool? {
        if let ending = endings[number] { return ending }
        let ending = DisclosedLine(Array(lines[number]), file.disclosure, beginsOpen: false).endsOpen
        endings[number] = .some(ending)
        return ending
    }

    /// The columns, from 0, of a line that `Disclosure.concealed` covers.
    func concealed(on number: Int) -> [Range<Int>] {
        guard let disclosure = file.disclosure else { return [] }
        return disclosure.concealed.compactMap { range in
            guard range.start.line <= number, number <= range.end.line else { return nil }
            let start = range.start.line < number ? 0 : range.start.column - 1
            let end = range.end.line > number ? Int.max : range.end.column - 1
            return start < end ? start..<end : nil
        }
    }
}
