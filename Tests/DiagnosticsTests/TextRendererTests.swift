import Diagnostics
import Testing

struct TextRendererTests {
    private func range(_ line: Int, _ column: Int, _ endLine: Int, _ endColumn: Int) -> SourceRange {
        SourceRange(SourcePosition(line: line, column: column), SourcePosition(line: endLine, column: endColumn))
    }

    private func render(
        _ text: String, at range: SourceRange?, label: String? = nil, labels: [Diagnostic.Label] = [],
        help: [String] = [],
        renderer: TextRenderer = TextRenderer()
    ) -> String {
        let file = SourceFile(path: "plans/prod.yaml", text: text)
        return renderer.render([
            Diagnostic(
                .error, .unknownStep, "step 'failover' needs 'sync', which this plan does not define", file: file,
                at: range,
                label: label, labels: labels, help: help)
        ])
    }

    @Test func `a place, a sentence, the line with its marks, and what to do`() {
        let text = String(repeating: "\n", count: 20) + "    needs: [sync, data]\n"
        #expect(
            render(text, at: range(21, 13, 21, 17), label: "no step has this id", help: ["did you mean 'synced'?"])
                == """
                plans/prod.yaml:21:13: error[unknown-step]: step 'failover' needs 'sync', which this plan does not define
                   │
                21 │     needs: [sync, data]
                   │             ^^^^ no step has this id
                   = help: did you mean 'synced'?

                1 error

                """)
    }

    @Test func `labels stand under their own lines, with a gap where lines are left out`() {
        let labels = [Diagnostic.Label(range(1, 1, 1, 2), "first written here")]
        #expect(
            render("a: 1\nb: 2\nc: 3\na: 4\n", at: range(4, 1, 4, 2), label: "written again here", labels: labels)
                .contains(
                    """
                      │
                    1 │ a: 1
                      │ - first written here
                      ⋮
                    4 │ a: 4
                      │ ^ written again here

                    """))
    }

    @Test func `lines that follow each other have no gap between them`() {
        let labels = [Diagnostic.Label(range(1, 1, 1, 2), "first")]
        #expect(
            render("a: 1\na: 4\n", at: range(2, 1, 2, 2), label: "second", labels: labels)
                .contains("1 │ a: 1\n  │ - first\n2 │ a: 4\n  │ ^ second\n"))
    }

    @Test func `several labels on one line take a row each, the rightmost first`() {
        let labels = [Diagnostic.Label(range(1, 3, 1, 4), "first written here")]
        #expect(
            render("{ a: 1, a: 2 }", at: range(1, 9, 1, 10), label: "written again here", labels: labels)
                .contains(
                    """
                    1 │ { a: 1, a: 2 }
                      │   -     ^ written again here
                      │   first written here

                    """))
    }

    @Test func `a mark that spans lines goes to the end of its first`() {
        #expect(render("a:\n  b: 1\n", at: range(1, 1, 2, 7)).contains("1 │ a:\n  │ ^^\n"))
    }

    @Test func `a mark past the end of the file has a line to stand on`() {
        #expect(render("a: 1\n", at: range(2, 1, 2, 1)).contains("2 │\n  │ ^\n"))
        #expect(render("", at: range(7, 9, 9, 1)).contains("7 │\n  │ ^\n"))
    }

    @Test func `tabs and control characters are visible and marks stay under their text`() {
        #expect(render("\ta: \u{1B}[31mx", at: range(1, 2, 1, 3)).contains("1 │ →   a: \\u{1b}[31mx\n  │     ^\n"))
        #expect(render("a: \u{202E}x", at: range(1, 5, 1, 6)).contains("1 │ a: \\u{202e}x\n  │            ^\n"))
    }

    @Test func `wide characters take two columns and combining ones none`() {
        #expect(render("a: 漢字 x", at: range(1, 7, 1, 8)).contains("1 │ a: 漢字 x\n  │         ^\n"))
        #expect(render("a: e\u{301} x", at: range(1, 7, 1, 8)).contains("  │      ^\n"))
    }

    @Test func `a long line is cut around its mark`() {
        let text = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
        let rendered = render(text, at: range(1, 501, 1, 502), renderer: TextRenderer(width: 60))
        let lines = rendered.split(separator: "\n")
        #expect(lines.dropFirst().allSatisfy { $0.count <= 60 })
        let line = lines[2]
        let mark = lines[3]
        #expect(line.hasPrefix("1 │ …a") && line.hasSuffix("b…"))
        #expect(line.firstIndex(of: "X").map { line.distance(from: line.startIndex, to: $0) } == mark.count - 1)
    }

    @Test func `a file without a place has no excerpt`() {
        let file = SourceFile(path: "x.yaml", text: "")
        let text = TextRenderer().render([
            Diagnostic(.error, .fileNotFound, "there is no such file", file: file, help: ["check the path"])
        ])
        #expect(text == "x.yaml: error[file-not-found]: there is no such file\n = help: check the path\n\n1 error\n")
    }

    @Test func `text that came from elsewhere cannot move the cursor`() {
        let file = SourceFile(path: "a\u{1B}[2J.yaml", text: "x\n")
        let text = TextRenderer().render([
            Diagnostic(
                .error, .unknownKey, "no key 'a\nb\u{7}'", file: file, at: range(1, 1, 1, 2), label: "\u{9B}31m",
                help: ["\u{1B}]0;title\u{7}"])
        ])
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || 0x7F..<0xA0 ~= $0.value })
        #expect(text.contains("a\\nb\\u{7}"))
    }

    private static let language = Disclosure(
        keys: ["password": false, "name": false, "engine": true, "timeout": true, "addresses": true, "env": false],
        words: ["redis", "off"])

    private func disclosed(_ text: String, line: Int = 1, naming name: String = "", _ disclosure: Disclosure) -> String
    {
        var file = SourceFile(path: "x.yaml", text: text)
        file.disclosure = disclosure
        let diagnostic = Diagnostic(.error, .unknownKey, "found '\(name)'", file: file, at: range(line, 1, line, 2))
        let rows = TextRenderer(width: 200).render([diagnostic]).split(separator: "\n")
        return String(rows[2].drop { $0 != "│" }.dropFirst(2))
    }

    @Test(arguments: [
        ("password: hunter2 # oh", "password: *** # ***"), ("password: #hunter2", "password: #***"),
        ("password: &hunter2", "password: ***"), ("password: 123456", "password: ***"),
        ("password: \"timeout: 5s\"", "password: \"***\""), ("password:hunter2", "password:***"),
        ("'password' : 'it''s 5'", "'password' : '***'"), ("password: { env: X }", "password: { env: *** }"),
        ("password: |", "password: |"), ("psk: 5s", "***: ***"), ("psk 5s", "*** ***"),
        ("timeout: 5s", "timeout: 5s"), ("timeout: off", "timeout: off"),
        ("timeout: [1h30m, 30%]", "timeout: [1h30m, 30%]"),
        ("timeout: hunter2", "timeout: ***"), ("timeout: 5s hunter2", "timeout: 5s ***"),
        ("timeout: x 123456", "timeout: *** ***"), ("- 10.0.0.1:6379", "- 10.0.0.1:6379"),
        ("{ engine: redis, timeout: 5 }", "{ engine: redis, timeout: 5 }"), ("engine: *redis", "engine: ***"),
        ("a\u{202E}b: 1", "***\\u{202e}: ***"),
    ])
    func `of a text in which secrets may stand only what is certainly none is shown`(_ text: String, _ shown: String) {
        #expect(disclosed(text, Self.language) == shown)
    }

    @Test func `what the diagnostic itself names is shown, but not where a secret belongs`() {
        #expect(disclosed("engine: rediss", naming: "rediss", Self.language) == "engine: rediss")
        #expect(disclosed("adresses: [5]", naming: "adresses", Self.language) == "adresses: [***]")
        #expect(disclosed("password: rediss", naming: "rediss", Self.language) == "password: ***")
    }

    @Test func `a value that goes on below its key is judged by that key`() {
        #expect(disclosed("addresses:\n\n  - 10.0.0.1:1\n", line: 3, Self.language) == "  - 10.0.0.1:1")
        #expect(disclosed("password:\n\n  123456\n", line: 3, Self.language) == "  ***")
        #expect(disclosed("{ timeout: 5, password:\n  123456 }\n", line: 2, Self.language) == "  *** }")
    }

    @Test func `of a text that could not be read no number is shown, and of a long secret no line`() {
        var language = Self.language
        language.showsNumbers = false
        #expect(disclosed("timeout: 123456", language) == "timeout: ***")
        language.concealed = [range(1, 11, 3, 1)]
        #expect(disclosed("password: |\n  timeout: off\n", line: 2, language) == "***")
    }

    @Test func `a line of a million scalars without width is cut`() {
        let text = "a" + String(repeating: "\u{301}", count: 1_000_000)
        #expect(render(text, at: range(1, 1, 1, 2)).unicodeScalars.count < 1_000)
    }

    @Test func `errors and warnings are counted`() {
        let file = SourceFile(path: "x", text: "")
        func diagnostics(_ errors: Int, _ warnings: Int) -> [Diagnostic] {
            Array(repeating: Diagnostic(.error, .emptyFile, "e", file: file), count: errors)
                + Array(repeating: Diagnostic(.warning, .unverifiedTLS, "w", file: file), count: warnings)
        }
        #expect(TextRenderer.count(diagnostics(2, 1)) == "2 errors, 1 warning")
        #expect(TextRenderer.count(diagnostics(0, 2)) == "2 warnings")
        #expect(TextRenderer.count(diagnostics(1, 0)) == "1 error")
        #expect(TextRenderer().render([]) == "")
        #expect(TextRenderer(limit: 3).render(diagnostics(5, 0)).hasSuffix("5 errors, 2 of them not shown\n"))
    }

    @Test func `colour changes nothing but colour`() {
        let labels = [Diagnostic.Label(range(1, 3, 1, 4), "first")]
        func text(_ isColored: Bool) -> String {
            render(
                "{ a: 1, a: 2 }", at: range(1, 9, 1, 10), label: "again", labels: labels, help: ["no"],
                renderer: TextRenderer(isColored: isColored))
        }
        let plain = text(true).replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(plain == text(false))
        #expect(text(true).contains("\u{1B}[1;31merror[unknown-step]\u{1B}[0m"))
    }
}
