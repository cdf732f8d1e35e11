import Testing
import YAMLTree

struct YAMLScalarTests {
    private func meaning(_ text: String) -> YAMLScalar.Meaning { YAMLScalar(text).meaning }

    @Test(arguments: ["", "~", "null", "Null", "NULL"])
    func `nothing is null`(_ text: String) {
        #expect(meaning(text) == .null)
    }

    @Test(arguments: ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"])
    func `a yes is a boolean`(_ text: String) {
        #expect(meaning(text) == .bool(true))
    }

    @Test(arguments: ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"])
    func `a no is a boolean`(_ text: String) {
        #expect(meaning(text) == .bool(false))
    }

    @Test(arguments: [("0", 0), ("7", 7), ("-12", -12), ("+3", 3), ("9223372036854775807", Int.max)])
    func `decimal digits are integers`(_ text: String, _ value: Int) {
        #expect(meaning(text) == .integer(value))
    }

    @Test(arguments: [
        "9223372036854775808", "010", "0x1F", "0b11", "0o17", "1_000", "1.5", "-.5", "1e3", "1.5e-3", ".inf", "-.INF",
        ".nan",
    ])
    func `other numbers are numbers, but no integers`(_ text: String) {
        #expect(meaning(text) == .number)
    }

    @Test(arguments: [
        "y", "n", "tRue", "nULL", "5s", "64KiB", "30%", "190:20:30", "10.0.0.1:6379", "2026-01-31", "12:30:00", "-",
        ".", "e3",
        "0x", "1e", "--1", "1.2.3", "+", "0x1G", "text",
    ])
    func `everything else is text`(_ text: String) {
        #expect(meaning(text) == .text)
    }

    @Test(arguments: [YAMLScalar.Style.singleQuoted, .doubleQuoted, .literal, .folded])
    func `what is quoted is text`(_ style: YAMLScalar.Style) {
        for text in ["", "5", "true", "~", "off"] { #expect(YAMLScalar(text, style: style).meaning == .text) }
    }
}
