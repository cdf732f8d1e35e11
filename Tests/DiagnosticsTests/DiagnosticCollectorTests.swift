import Diagnostics
import FoundationEssentials
import Testing

struct DiagnosticCollectorTests {
    private func at(_ line: Int, _ column: Int) -> SourceRange {
        SourceRange(SourcePosition(line: line, column: column), SourcePosition(line: line, column: column + 1))
    }

    @Test func `diagnostics come out by place, those of the whole file first`() {
        let collector = DiagnosticCollector(SourceFile(path: "x", text: ""))
        collector.error(.unknownKey, "second", at: at(2, 1))
        collector.warning(.unverifiedTLS, "third", at: at(2, 5))
        collector.error(.unknownKey, "first", at: at(1, 9))
        collector.error(.emptyFile, "whole", at: nil)
        #expect(collector.sorted().map(\.message) == ["whole", "first", "second", "third"])
    }

    @Test func `one mistake is reported once`() {
        let collector = DiagnosticCollector(SourceFile(path: "x", text: ""))
        for _ in 1...3 { collector.error(.unknownKey, "again", at: at(1, 1)) }
        collector.error(.unknownKey, "another", at: at(1, 1))
        #expect(collector.sorted().map(\.message) == ["again", "another"])
    }

    @Test func `a warning is no error`() {
        let collector = DiagnosticCollector(SourceFile(path: "x", text: ""))
        collector.warning(.unverifiedTLS, "careful", at: nil)
        #expect(!collector.hasErrors)
        collector.error(.emptyFile, "no", at: nil)
        #expect(collector.hasErrors)
    }

    @Test func `what was concealed late is concealed in what was reported early`() {
        let collector = DiagnosticCollector(SourceFile(path: "x", text: "a: secret"))
        collector.error(.unknownKey, "no key 'secret' in 'a'", at: at(1, 1))
        collector.conceal(
            SourceRange(SourcePosition(line: 1, column: 4), SourcePosition(line: 1, column: 10)), text: "secret")
        #expect(!TextRenderer().render(collector.sorted()).contains("secret"))
        #expect(collector.sorted().map(\.message) == ["no key '***' in 'a'"])
    }

    @Test func `after a thousand mistakes no more are kept, and that is said`() {
        let collector = DiagnosticCollector(SourceFile(path: "x", text: ""))
        for line in 1...1_000 { collector.error(.unknownKey, "mistake", at: at(line, 1)) }
        #expect(collector.sorted().count == 1_000)
        collector.error(.unknownKey, "one more", at: at(1, 1))
        #expect(collector.isFull)
        #expect(collector.sorted().count == 1_001)
        #expect(collector.sorted().last?.code == .tooManyFindings)
        #expect(
            collector.sorted().last?.message == "more than 1000 mistakes were found; the rest is not listed")
    }

    @Test func `a record has the place, the code and all that was said`() throws {
        let file = SourceFile(path: "plan.yaml", text: "")
        let diagnostic = Diagnostic(
            .warning, .duplicateKey, "twice", file: file, at: at(3, 4), label: "here",
            labels: [Diagnostic.Label(at(1, 2), "first")], help: ["remove it"])
        #expect(
            try json(diagnostic) == """
                {"code":"duplicate-key","column":4,"endColumn":5,"endLine":3,"help":["remove it"],"label":"here",\
                "labels":[{"column":2,"endColumn":3,"endLine":1,"line":1,"message":"first"}],"line":3,"message":"twice",\
                "path":"plan.yaml","severity":"warning"}
                """)
    }

    @Test func `a record of a whole file has no place`() throws {
        let diagnostic = Diagnostic(.error, .emptyFile, "empty", file: SourceFile(path: "plan.yaml", text: ""))
        #expect(
            try json(diagnostic)
                == #"{"code":"empty-file","help":[],"labels":[],"message":"empty","path":"plan.yaml","severity":"error"}"#
        )
    }

    private func json(_ diagnostic: Diagnostic) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(diagnostic.record), as: UTF8.self)
    }

    @Test func `codes are hyphenated words`() {
        for code in DiagnosticCode.allCases {
            #expect(code.rawValue.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil)
            #expect(!code.summary.isEmpty && !code.summary.hasSuffix("."))
        }
    }
}
