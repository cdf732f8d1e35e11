import Diagnostics
import Testing

struct SourceFileTests {
    @Test func `a byte order mark is no part of the text`() {
        #expect(SourceFile(path: "x", bytes: [0xEF, 0xBB, 0xBF, 0x61]).text == "a")
        #expect(SourceFile(path: "x", text: "\u{FEFF}a").text == "a")
    }

    @Test func `the first byte that is not UTF-8 has a place`() {
        let problem = SourceFile(path: "x", bytes: Array("a: ü\r\nb: ".utf8) + [0xFF] + Array("c".utf8)).encodingProblem
        #expect(problem?.position == SourcePosition(line: 2, column: 4))
        #expect(problem?.byte == 0xFF)
        #expect(problem?.looksLikeUTF16 == false)
    }

    @Test(
        arguments: [[0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func `cut, overlong and surrogate sequences are no UTF-8`(_ bytes: [UInt8]) {
        #expect(
            SourceFile(path: "x", bytes: [0x61] + bytes).encodingProblem?.position == SourcePosition(line: 1, column: 2)
        )
    }

    @Test func `a file in UTF-16 is recognised`() {
        #expect(SourceFile(path: "x", bytes: [0xFF, 0xFE, 0x61, 0]).encodingProblem?.looksLikeUTF16 == true)
        #expect(SourceFile(path: "x", bytes: Array("fine".utf8)).encodingProblem == nil)
    }

    @Test func `lines end where libyaml ends them`() {
        let lines = SourceLines("a\r\nb\rc\nd\u{85}e\u{2028}f\n")
        #expect((1...lines.count).map { String(lines[$0]) } == ["a", "b", "c", "d", "e", "f", ""])
        #expect(lines.end == SourcePosition(line: 7, column: 1))
        #expect(String(lines[0]) == "" && String(lines[99]) == "")
    }

    @Test func `what cannot be loaded says why`() throws {
        #expect(code { try SourceFile.load(path: "/nonexistent/plan.yaml") } == .fileNotFound)
        #expect(code { try SourceFile.load(path: "/") } == .fileUnreadable)
        #expect(code { try SourceFile.load(path: "/dev/zero") } == .fileTooLarge)
        #expect(try SourceFile.load(path: "/dev/null").text == "")
    }

    @Test func `the limit is a size that is still read`() throws {
        let size = try SourceFile.load(path: #filePath).text.utf8.count
        #expect(throws: Never.self) { try SourceFile.load(path: #filePath, limit: size) }
        #expect(code { try SourceFile.load(path: #filePath, limit: size - 1) } == .fileTooLarge)
    }

    private func code(_ body: () throws -> SourceFile) -> DiagnosticCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? SourceFileError)?.code
        }
    }
}
