import NIOCore
import Testing

@testable import Comparison

struct KeyPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "anything", true), ("session:*", "session:1", true),
        ("session:*", "session", false), ("*:1", "session:1", true), ("*:1", "session:12", false),
        ("a*b*c", "axxbxbyc", true), ("a*b*c", "axxcxb", false), ("h?llo", "hello", true), ("h?llo", "hllo", false),
        ("h[ae]llo", "hallo", true), ("h[ae]llo", "hillo", false), ("h[^e]llo", "hillo", true),
        ("h[^e]llo", "hello", false), ("h[a-c]llo", "hbllo", true), ("h[c-a]llo", "hbllo", true),
        ("h[a-c]llo", "hdllo", false), (#"a\*b"#, "a*b", true), (#"a\*b"#, "axb", false), (#"[\]]"#, "]", true),
        ("[a-]", "-", true), ("[abc", "b", true), (#"a\"#, #"a\"#, true),
    ])
    func `a pattern takes what Redis would take`(pattern: String, key: String, isTaken: Bool) {
        #expect(KeyPattern(pattern).matches(ByteBuffer(string: key)) == isTaken)
    }

    /// A pattern that tries every way to divide a key would take longer than the universe is old.
    @Test func `a hostile pattern takes no longer than it is long`() {
        let pattern = KeyPattern(String(repeating: "a*", count: 40) + "b")
        #expect(!pattern.matches(ByteBuffer(string: String(repeating: "a", count: 2_000))))
    }

    @Test func `a key whose name is hidden is called by the pattern`() {
        let disclosure = KeyDisclosure(names: [KeyPattern("user:*")], values: [KeyPattern("session:*")])
        func difference(_ key: String) -> Difference {
            Difference(
                .missing, database: 0, key: ByteBuffer(string: key), source: nil, target: nil, disclosure: disclosure)
        }
        #expect(difference("user:anna").key == ByteBuffer(string: "user:*"))
        #expect(difference("user:anna").hidesName)
        #expect(difference("session:1").key == ByteBuffer(string: "session:1"))
        #expect(!disclosure.showsValue(of: ByteBuffer(string: "user:anna")))
        #expect(!disclosure.showsValue(of: ByteBuffer(string: "session:1")))
        #expect(disclosure.showsValue(of: ByteBuffer(string: "other")))
    }
}
