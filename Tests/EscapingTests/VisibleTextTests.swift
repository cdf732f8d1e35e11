import Escaping
import Foundation
import Testing

struct VisibleTextTests {
    @Test(arguments: [
        ("\u{1B}[31mred\u{1B}[0m", #"\u{1b}[31mred\u{1b}[0m"#),
        ("a\tb\r\nc\u{0}", #"a\tb\r\nc\u{0}"#),
        ("\u{7F}\u{9B}31m\u{85}", #"\u{7f}\u{9b}31m\u{85}"#),
        ("\u{202E}evil\u{2066}\u{200F}\u{061C}", #"\u{202e}evil\u{2066}\u{200f}\u{61c}"#),
        ("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#),
        ("\u{AD}\u{200B}\u{200D}\u{2060}\u{206A}\u{FEFF}", #"\u{ad}\u{200b}\u{200d}\u{2060}\u{206a}\u{feff}"#),
        ("\u{E0041}\u{E0000}\u{3164}\u{115F}", #"\u{e0041}\u{e0000}\u{3164}\u{115f}"#),
        ("e\u{301} größe 東京 \\ \" |", "e\u{301} größe 東京 \\ \" |"),
    ])
    func `what could mislead a reader is spelt out, and everything else is left`(text: String, shown: String) {
        #expect(VisibleText.escape(text) == shown)
    }

    @Test func `lines stay lines`() {
        #expect(VisibleText.escapeLines("one\n\u{1B}[2Jtwo\n") == "one\n\\u{1b}[2Jtwo\n")
    }

    @Test func `JSON means what it meant`() throws {
        let texts = ["\u{202E}evil\u{7F}\u{9B}", "\u{E0041}", "a\n\u{1B}b", "東京"]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .prettyPrinted
        let shown = VisibleText.escapeJSON(String(decoding: try encoder.encode(texts), as: UTF8.self))
        #expect(shown.contains(#""\u202eevil\u007f\u009b""#))
        #expect(shown.contains(#""\udb40\udc41""#))
        #expect(shown.contains("\n") && shown.contains("東京"))
        #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == texts)
    }
}
