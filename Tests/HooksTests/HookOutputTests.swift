import Testing

@testable import Hooks

struct HookOutputTests {
    private func lines(_ parts: [String], hiding secrets: [String] = []) -> [String] {
        var output = HookOutput(SecretMask(secrets))
        for part in parts { _ = output.receive(Array(part.utf8)) }
        return output.end()
    }

    @Test func `lines are put together from parts, and empty ones left out`() {
        #expect(lines(["on", "e\n\nt", "w", "o\r\nthree"]) == ["one", "two", "three"])
    }

    @Test func `a secret is not shown, in whichever parts it comes`() {
        #expect(lines(["token=hun", "ter2;", " hunter2hunter2\n"], hiding: ["hunter2"]) == ["token=***; ******"])
    }

    @Test func `of two secrets the longer is looked for first`() {
        #expect(lines(["hunter2-long hunter2"], hiding: ["hunter2", "hunter2-long"]) == ["*** ***"])
    }

    @Test func `a secret of several lines is hidden in each`() {
        #expect(lines(["-----BEGIN-----\nabcdef\n"], hiding: ["-----BEGIN-----\nabcdef\n"]) == ["***", "***"])
    }

    @Test func `a secret at the cut of a long line is not shown in part`() {
        let secret = String(repeating: "s", count: 100)
        for length in HookOutput.lineLimit - 110...HookOutput.lineLimit + 10 {
            let line = String(repeating: "x", count: length) + secret + String(repeating: "y", count: 5_000)
            let shown = lines([line], hiding: [secret])
            #expect(shown.count == 1 && !shown[0].contains("s") && shown[0].hasSuffix("…"), "\(length)")
        }
    }

    @Test func `only the last lines are kept`() {
        let shown = lines((1...10_000).map { "line \($0)\n" })
        #expect(shown.first == "… (only the last lines are kept)")
        #expect(shown.last == "line 10000")
        #expect(shown.reduce(0) { $0 + $1.utf8.count } < HookOutput.limit + 100)
    }
}
