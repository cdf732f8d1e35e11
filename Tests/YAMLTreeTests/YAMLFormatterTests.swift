import Diagnostics
import Testing
import YAMLTree

struct YAMLFormatterTests {
    private func format(_ text: String) -> String? { YAMLFormatter.format(SourceFile(path: "x", text: text)) }

    /// Expects the formatted text, and that formatting it again changes nothing.
    private func expect(_ text: String, gives expected: String, _ location: SourceLocation = #_sourceLocation) {
        let formatted = format(text)
        #expect(formatted == expected, sourceLocation: location)
        #expect(formatted.flatMap(format) == formatted, sourceLocation: location)
    }

    @Test func `two blanks of indentation, also for lists`() {
        expect(
            "a:\n    b: 1\n    c:\n    -   d: 1\n        e: 2\n    -   3\n",
            gives: "a:\n  b: 1\n  c:\n    - d: 1\n      e: 2\n    - 3\n")
        expect("a:\n- - 1\n  - 2\n-\n  b: 1\n", gives: "a:\n  - - 1\n    - 2\n  - b: 1\n")
    }

    @Test func `braces and brackets stay where they fit on a line`() {
        expect("a: {b: 1,   c: [1,2,\n  3] , d: {}}\n", gives: "a: { b: 1, c: [1, 2, 3], d: {} }\n")
        expect("- {a: 1}\n-   [ ]\n", gives: "- { a: 1 }\n- []\n")
        let long = (1...20).map { "key\($0): value" }.joined(separator: ", ")
        expect("a: { \(long) }\n", gives: "a:\n" + (1...20).map { "  key\($0): value\n" }.joined())
    }

    @Test func `quotes stand only where they are needed`() {
        expect(
            "a: 'plain'\nb: \"10.0.0.1:6379\"\nc: '12'\nd: 'off'\ne: \"it's\"\nf: '[fd00::1]:6379'\ng: 'a: b'\nh: ''\ni: 'a #b'\nj: \"a\\tb\"\n",
            gives:
                "a: plain\nb: 10.0.0.1:6379\nc: '12'\nd: 'off'\ne: it's\nf: '[fd00::1]:6379'\ng: 'a: b'\nh: ''\ni: 'a #b'\nj: \"a\\tb\"\n"
        )
        expect("a: 'y'\nb: '2026-01-01'\nc: '10:30'\n", gives: "a: 'y'\nb: '2026-01-01'\nc: '10:30'\n")
        expect("'a': ~\n\"b c\": null\n'~': yes\nd:\n", gives: "a: ~\nb c: null\n'~': yes\nd:\n")
    }

    @Test func `a text of several lines becomes one line, a block stays a block`() {
        expect("a: one\n   two\nb: 'three\n\n  four'\n", gives: "a: one two\nb: \"three\\nfour\"\n")
        expect("a: |\n      one\n        two\n\nb: 1\n", gives: "a: |\n  one\n    two\n\nb: 1\n")
        expect("a: |- # why\n  one\n  two\n", gives: "a: |- # why\n  one\n  two\n")
        expect("a: >\n   one\n   two\n\n   three\n", gives: "a: >\n  one two\n\n  three\n")
        expect("a: |+\n  one\n\nb: 1\n", gives: "a: \"one\\n\\n\"\n\nb: 1\n")
        let words = Array(repeating: "word", count: 40).joined(separator: " ")
        expect(
            "a: >\n  \(words)\n",
            gives: "a: >\n  " + Array(repeating: "word", count: 23).joined(separator: " ") + "\n  "
                + Array(repeating: "word", count: 17).joined(separator: " ") + "\n")
    }

    @Test func `one empty line is kept, and none at the ends`() {
        expect("\n\na: 1\n\n\n\nb:\n\n  c: 1\n\n  d: 2\n\n\n", gives: "a: 1\n\nb:\n  c: 1\n\n  d: 2\n")
    }

    @Test func `comments stay with what they speak of`() {
        expect(
            "# file\n\n# a\na:    # of a\n     # of b\n     b: 1   # behind b\n     # behind all of a\n# of c\nc: {d: 1}   # behind c\n# the end\n",
            gives:
                "# file\n\n# a\na: # of a\n  # of b\n  b: 1 # behind b\n  # behind all of a\n# of c\nc: { d: 1 } # behind c\n# the end\n"
        )
        expect(
            "a:\n  # one\n  - b: 1 # of b\n    # of c\n    c: 2\n    # behind the step\n  # two\n  - d\n  # behind all\ne: 1\n",
            gives:
                "a:\n  # one\n  - b: 1 # of b\n    # of c\n    c: 2\n    # behind the step\n  # two\n  - d\n  # behind all\ne: 1\n"
        )
    }

    @Test func `with a comment inside, braces become lines`() {
        expect(
            "a: { b: 1, # of b\n     c: [1, # one\n  2] }\n",
            gives: "a:\n  b: 1 # of b\n  c:\n    - 1 # one\n    - 2\n")
        expect("a: [ # first\n  1 ]\n", gives: "a: # first\n  - 1\n")
        expect("a: [1,\n  2\n  # last\n  ]\n", gives: "a:\n  - 1\n  - 2\n  # last\n")
    }

    @Test func `comments behind a value of several lines, a dash or a marker are kept`() {
        expect("--- # start\na: 1\n...\n# end\n", gives: "# start\na: 1\n# end\n")
        expect("a:\n  - # of the step\n    b: 1\n", gives: "a:\n  # of the step\n  - b: 1\n")
        expect("a: # head\n  { b: 1,\n    c: 2 } # tail\n", gives: "a: { b: 1, c: 2 } # head\n# tail\n")
    }

    @Test func `anchors and aliases stay`() {
        expect(
            "a: &x {b:   1}\nc: *x\nd: &y\n    e: 1\nf: &z 1\ng: [*x, *y ]\nh:\n- &w\n  i: 1\n",
            gives: "a: &x { b: 1 }\nc: *x\nd: &y\n  e: 1\nf: &z 1\ng: [*x, *y]\nh:\n  - &w\n    i: 1\n")
    }

    @Test func `what is no YAML is not formatted`() {
        #expect(format("a: [1") == nil)
        #expect(format("") == nil)
        #expect(format("a: 1\na: 2\n") != nil)
    }
}
