import Diagnostics
import PlanModel
import Seeding
import Testing

/// Whatever a file contains, reading it ends in a plan or in diagnostics that can be shown.
struct MutationTests {
    private static let names = ["minimal", "everything", "promote"]

    private static func text(_ name: String) -> String {
        (try? SourceFile.load(path: "\(Fixture.folder)/valid/\(name).yaml").text) ?? ""
    }

    private func check(_ file: SourceFile) {
        let reading = Plan.read(file, checks: Fixture.checks)
        let hasError = reading.diagnostics.contains { $0.severity == .error }
        #expect((reading.plan == nil) == hasError, "\(file.text)")
        let lines = SourceLines(file.text)
        let ranges = reading.diagnostics.flatMap { diagnostic in
            (diagnostic.range.map { [$0] } ?? []) + diagnostic.labels.map(\.range)
        }
        for range in ranges + (reading.plan?.steps.map(\.range) ?? []) {
            for position in [range.start, range.end] {
                let isInside =
                    (1...lines.count).contains(position.line)
                    // A diagnostic marks at least one column, even at the end of a line.
                    && (1...lines[position.line].count + 2).contains(position.column)
                #expect(isInside, "\(position) in:\n\(file.text)")
            }
            #expect(range.start <= range.end, "\(range) in:\n\(file.text)")
        }
        #expect(
            reading.diagnostics.compactMap(\.range).map(\.start)
                == reading.diagnostics.compactMap(\.range).map(\.start).sorted())
        let rendered = TextRenderer().render(reading.diagnostics)
        #expect(rendered.isEmpty == reading.diagnostics.isEmpty)
    }

    @Test(arguments: names)
    func `every prefix of a plan is read or refused`(_ name: String) {
        let bytes = Array(Self.text(name).utf8)
        for length in bytes.indices { check(SourceFile(path: "prefix.yaml", bytes: Array(bytes[..<length]))) }
    }

    @Test(.saysSeed, arguments: names)
    func `every plan with damage is read or refused`(_ name: String) {
        var random = SeededRandom(42)
        let original = Array(Self.text(name).utf8)
        for _ in 1...500 {
            var bytes = original
            for _ in 1...Int.random(in: 1...3, using: &random) { damage(&bytes, &random) }
            check(SourceFile(path: "damaged.yaml", bytes: bytes))
        }
    }

    private static let splices = [
        ":", ": ", "- ", "{", "}", "[", "]", "\n", "\t", "  ", "#", "'", "\"", "&a ", "*a", "!x ", "|\n", ">", "~",
        "on", "5", "-1",
        "1e999", "\u{0}", "\r", "\u{2028}", "é", "𝄞", "e\u{301}", "<<", "? ", "---\n", "...\n", "%", "@", "`", "null",
        "password: x",
    ].map { Array($0.utf8) }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let position = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        let length = min(Int.random(in: 1...12, using: &random), bytes.count - position)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(position..<(position + length))
        case 1: bytes.insert(contentsOf: bytes[position..<(position + length)], at: position)
        case 2: if !bytes.isEmpty { bytes[position] = UInt8.random(in: 0...255, using: &random) }
        default: bytes.insert(contentsOf: Self.splices.randomElement(using: &random) ?? [], at: position)
        }
    }

    /// People move, indent and forget whole lines.
    @Test(arguments: names)
    func `every plan with lines moved or missing is read or refused`(_ name: String) {
        let lines = Self.text(name).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for index in lines.indices {
            var without = lines
            without.remove(at: index)
            check(SourceFile(path: "without.yaml", text: without.joined(separator: "\n")))
            var twice = lines
            twice.insert(lines[index], at: index)
            check(SourceFile(path: "twice.yaml", text: twice.joined(separator: "\n")))
            var indented = lines
            indented[index] = "  " + lines[index]
            check(SourceFile(path: "indented.yaml", text: indented.joined(separator: "\n")))
        }
    }
}
