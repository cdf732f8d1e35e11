import Diagnostics
import Testing
import YAMLTree

/// The root of the tree, and the diagnostics about the file.
func parse(_ text: String, limits: YAMLLimits = YAMLLimits()) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
    let collector = DiagnosticCollector(SourceFile(path: "test.yaml", text: text))
    let root = YAMLDocument.parse(collector, limits: limits)
    return (root, collector.sorted())
}

/// `code line:column` of each diagnostic.
func mistakes(_ text: String, limits: YAMLLimits = YAMLLimits()) -> [String] {
    parse(text, limits: limits).diagnostics.map { diagnostic in
        diagnostic.topic.id + (diagnostic.range.map { " \($0.start.line):\($0.start.column)" } ?? "")
    }
}

extension SourceRange {
    var text: String { "\(start.line):\(start.column)-\(end.line):\(end.column)" }
}

struct YAMLDocumentTests {
    @Test func `a document becomes a tree in the order of the file`() throws {
        let (root, diagnostics) = parse("b: 1\na: [x, 'y', \"z\"]\n")
        #expect(diagnostics.isEmpty)
        let entries = try #require(root?.entries)
        #expect(entries.map(\.key) == ["b", "a"])
        #expect(entries[0].value.scalar == YAMLScalar("1"))
        #expect(
            entries[1].value.elements?.map(\.scalar) == [
                YAMLScalar("x"), YAMLScalar("y", style: .singleQuoted), YAMLScalar("z", style: .doubleQuoted),
            ])
    }

    @Test func `every key and value has its place`() throws {
        let entries = try #require(parse("steps:\n  - a: 1\n    b: [x]\n  - c\nz: 2\n").root?.entries)
        #expect(entries[0].keyRange.text == "1:1-1:6")
        #expect(entries[0].value.range.text == "2:3-4:6")
        let steps = try #require(entries[0].value.elements)
        #expect(steps[0].range.text == "2:5-3:11")
        #expect(steps[0].entries?[1].value.range.text == "3:8-3:11")
        #expect(steps[0].entries?[1].value.isFlow == true)
        #expect(steps[1].range.text == "4:5-4:6")
        #expect(entries[1].value.range.text == "5:4-5:5")
    }

    @Test func `a block collection ends with its last child, not where the next token stands`() throws {
        let root = try #require(parse("a:\n  b: 1\n\n\n# far below\n\nc: 2\n").root)
        #expect(root.entries?[0].value.range.text == "2:3-2:7")
        #expect(root.entries?[0].range.text == "1:1-2:7")
        #expect(root.range.text == "1:1-7:5")
    }

    @Test func `a collection that ends with an alias ends there, not at the anchor`() throws {
        let root = try #require(parse("a: &x [1]\nb:\n  c: *x\nd: 1\n").root)
        #expect(root.entries?[1].value.range.text == "3:3-3:8")
        #expect(root.entries?[1].value.entries?[0].value.range.text == "1:4-1:10")
        #expect(root.entries?[1].value.entries?[0].range.text == "3:3-3:4")
    }

    @Test func `columns count Unicode scalars`() throws {
        let entries = try #require(parse("{ 日本: 1, e\u{301}: 2 }").root?.entries)
        #expect(entries[0].value.range.text == "1:7-1:8")
        #expect(entries[1].keyRange.text == "1:10-1:12")
    }

    @Test func `a byte order mark does not shift the first line`() {
        #expect(parse("\u{FEFF}a: 1\n").root?.entries?[0].keyRange.text == "1:1-1:2")
    }

    @Test func `line breaks of other systems end lines`() throws {
        let entries = try #require(parse("a: 1\r\nb: 2\rc: 3\r\n").root?.entries)
        #expect(entries.map(\.keyRange.start.line) == [1, 2, 3])
    }

    @Test func `aliases stand for what their anchors name`() throws {
        let (root, diagnostics) = parse("a: &x { k: 1 }\nb: *x\nc: [*x, *x]\n")
        #expect(diagnostics.isEmpty)
        let entries = try #require(root?.entries)
        #expect(entries[1].value == entries[0].value)
        #expect(entries[2].value.elements?.count == 2)
    }

    @Test func `an anchor may be given again, and the last one before an alias counts`() throws {
        let entries = try #require(parse("a: &x 1\nb: &x 2\nc: *x\n").root?.entries)
        #expect(entries[2].value.scalar?.text == "2")
    }

    @Test func `block texts keep their style`() throws {
        let entries = try #require(parse("a: |\n  one\n  two\nb: >-\n  one\n  two\n").root?.entries)
        #expect(entries[0].value.scalar == YAMLScalar("one\ntwo\n", style: .literal))
        #expect(entries[1].value.scalar == YAMLScalar("one two", style: .folded))
    }

    @Test(arguments: [
        "---\na: 1\n", "---\na: 1\n...\n", "%YAML 1.1\n---\na: 1\n", "# a comment\na: 1", "a: 1\n# after\n",
    ])
    func `one document may be marked as one`(_ text: String) {
        #expect(mistakes(text) == [])
        #expect(parse(text).root?.entries?.count == 1)
    }

    @Test(arguments: ["", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\u{FEFF}"])
    func `a file without a value is empty`(_ text: String) {
        #expect(mistakes(text) == ["empty-file"])
    }

    @Test func `keys are words as they are written`() throws {
        let entries = try #require(parse("on: 1\n1: 2\n\"q\": 3\n~: 4\n").root?.entries)
        #expect(entries.map(\.key) == ["on", "1", "q", "~"])
    }
}
