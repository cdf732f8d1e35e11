import Diagnostics
import Testing
import YAMLTree

struct YAMLMistakeTests {
    @Test func `a key that stands twice points to both places, and the first counts`() throws {
        let (root, diagnostics) = parse("a: 1\nb: 2\na: 3\n")
        #expect(diagnostics.map(\.message) == ["key 'a' is written twice"])
        #expect(diagnostics.first?.range?.text == "3:1-3:2")
        #expect(diagnostics.first?.labels.map(\.range.text) == ["1:1-1:2"])
        #expect(root?.entries?.map(\.value.scalar?.text) == ["1", "2"])
    }

    @Test func `all mistakes of a file are reported, each at its place`() {
        #expect(
            mistakes("a: !!str 1\nb: *nowhere\n<<: { c: 1 }\n? [x]\n: y\na: 2\n")
                == ["yaml-tag 1:4", "unknown-anchor 2:4", "merge-key 3:1", "key-not-text 4:3", "duplicate-key 6:1"])
    }

    @Test(arguments: ["a: !x 1", "a: ! 1", "a: !!map {}", "a: !<tag:yaml.org,2002:str> 1", "a: !nope!x 1"])
    func `tags are refused`(_ text: String) {
        #expect(mistakes(text).map { $0.prefix(8) } == ["yaml-tag"])
    }

    @Test func `a merge key in quotes is a key like any other`() {
        #expect(mistakes("'<<': 1\n") == [])
    }

    @Test(arguments: ["{a: b}: 1", "? [a]\n: 1", "'': 1", "?\n: 1\n", "a: &x b\n*x : 1"])
    func `a key must be a word`(_ text: String) {
        #expect(mistakes(text).map { $0.prefix(12) } == ["key-not-text"])
    }

    @Test func `an alias inside the value that it names is refused`() {
        #expect(mistakes("a: &x [1, *x]\n") == ["recursive-alias 1:11"])
        #expect(mistakes("a: &x { b: &y { c: *x } }\n") == ["recursive-alias 1:20"])
    }

    @Test func `an alias with a slip is told what was meant`() {
        let (_, diagnostics) = parse("a: &credentials 1\nb: *credentails\n")
        #expect(diagnostics.first?.help.first == "did you mean 'credentials'?")
    }

    @Test func `a second document is refused, and the first is read`() {
        let (root, diagnostics) = parse("a: 1\n---\nb: 2\n")
        #expect(diagnostics.map(\.code) == [.severalDocuments])
        #expect(diagnostics.first?.range?.start == SourcePosition(line: 2, column: 1))
        #expect(root?.entries?.map(\.key) == ["a"])
    }

    @Test func `bytes that are not UTF-8 are reported where the first of them stands`() {
        let collector = DiagnosticCollector(SourceFile(path: "x", bytes: Array("a: 1\nb: ".utf8) + [0xE9, 0x0A]))
        #expect(YAMLDocument.parse(collector) == nil)
        #expect(collector.sorted().map(\.message) == ["this file is not UTF-8: byte 0xE9 cannot stand here"])
        #expect(collector.sorted().first?.range?.start == SourcePosition(line: 2, column: 4))
    }

    @Test(arguments: [("a: \u{1}b\n", "control-character 1:4"), ("a: 1\nb: ü\u{0}\n", "control-character 2:5")])
    func `a character that YAML forbids is named with its place`(_ text: String, _ expected: String) {
        #expect(mistakes(text) == [expected])
        #expect(parse(text).diagnostics[0].message.hasPrefix("the character U+000"))
    }

    @Test(arguments: [
        ("a:\n\tb: 1\n", "tab 2:1"), ("a:\n  b: 1\n\tc: 2\n", "tab 3:1"), ("a:\n  - 1\n \t- 2\n", "tab 3:2"),
        ("a: |\n\ttext\n", "tab 2:1"),
    ])
    func `a tab in the indentation is called a tab`(_ text: String, _ expected: String) {
        #expect(mistakes(text) == [expected])
    }

    @Test(arguments: [
        ("a: [1, 2\nb: 3\n", "yaml-syntax 2:2"), ("a: 'text\n", "yaml-syntax 2:1"), ("a: b: c\n", "yaml-syntax 1:5"),
        ("a: 1\n b: 2\n", "yaml-syntax 2:3"), ("a: @x\n", "yaml-syntax 1:4"), ("a: \"\\q\"\n", "yaml-syntax 1:5"),
        ("- 1\nb: 2\n", "yaml-syntax 2:1"), ("a: 1\n- 2\n", "yaml-syntax 2:1"), ("{ a: 1", "yaml-syntax 1:7"),
        ("a\nb: 1\n", "yaml-syntax 2:2"), ("a: *\n", "yaml-syntax 1:5"), ("%YAML 3.0\n---\na: 1\n", "yaml-syntax 1:1"),
        ("a: 1\n}\n", "yaml-syntax 2:1"), ("a: - 1\n", "yaml-syntax 1:4"),
    ])
    func `what is no YAML is said in one sentence with its place`(_ text: String, _ expected: String) {
        let (root, diagnostics) = parse(text)
        #expect(root == nil)
        #expect(mistakes(text) == [expected])
        #expect(!diagnostics[0].message.hasPrefix("this is not YAML"), "libyaml's own words: \(diagnostics[0].message)")
    }

    @Test func `what is not closed points to where it began`() {
        let (_, diagnostics) = parse("a: [1,\n  2\nb: 3\n")
        #expect(diagnostics.first?.message == "this list is not closed")
        #expect(diagnostics.first?.labels.map { "\($0.range.start.line) \($0.text)" } == ["1 this list begins here"])
    }
}
