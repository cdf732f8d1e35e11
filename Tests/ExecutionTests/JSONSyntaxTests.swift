import Testing

@testable import Execution

struct JSONSyntaxTests {
    @Test(arguments: [
        "{}", "[]", " [1, -2.5e3, true, false, null, \"a\\\"b\", {\"k\": [{}]}] \n", "\"text\"", "7",
    ]) func `what is JSON has no mistake`(text: String) {
        #expect(JSONSyntax.firstMistake(in: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("{\"a\": 1,\n \"b\" 2}", 2, 6), ("[1, 2}", 1, 6), ("{a: 1}", 1, 2), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8),
        ("{} x", 1, 4), ("[tru ]", 1, 2), ("\"a\nb\"", 1, 3), ("]", 1, 1), ("[0x1]", 1, 2),
    ]) func `a mistake has a place`(text: String, line: Int, column: Int) {
        #expect(
            JSONSyntax.firstMistake(in: Array(text.utf8)) == .init(line: line, column: column, isCutOff: false))
    }

    @Test func `a text that was cut off is told from one that is wrong`() {
        let text = "{\"a\": [1, \"two\\\"\", {\"b\": null}], \"c\": true}"
        for length in 0..<text.utf8.count {
            let mistake = JSONSyntax.firstMistake(in: Array(text.utf8.prefix(length)))
            #expect(mistake?.isCutOff == true, "\(text.prefix(length))")
        }
    }
}
