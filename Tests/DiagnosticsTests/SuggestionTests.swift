import Diagnostics
import Testing

struct SuggestionTests {
    private let kinds = ["preflight", "replicaof", "wait-for-sync", "verify", "approval", "failover"]

    @Test(arguments: [
        ("wait_for_sync", "wait-for-sync"), ("replicaOf", "replicaof"), ("fail-over", "failover"),
        ("prefligth", "preflight"),
        ("verfy", "verify"), ("waitforsync", "wait-for-sync"), ("Verify", "verify"), ("aproval", "approval"),
    ])
    func `a slip finds what was meant`(_ written: String, _ meant: String) {
        #expect(Suggestion.closest(to: written, in: kinds) == meant)
    }

    @Test(arguments: ["", "deploy", "x", "sync", "fail", "replicate-the-data-of-the-source"])
    func `another word finds nothing`(_ written: String) {
        #expect(Suggestion.closest(to: written, in: kinds) == nil)
    }

    @Test func `the closest wins, and the first of two that are equally close`() {
        #expect(Suggestion.closest(to: "addres", in: ["adres", "address"]) == "adres")
        #expect(Suggestion.closest(to: "stepp", in: ["step2", "step"]) == "step2")
        #expect(Suggestion.closest(to: "step12", in: ["step21", "step1"]) == "step21")
    }

    @Test func `short words allow one slip`() {
        #expect(Suggestion.closest(to: "ey", in: ["key"]) == "key")
        #expect(Suggestion.closest(to: "env", in: ["ca", "key"]) == nil)
    }

    @Test func `help is a question or nothing`() {
        #expect(Suggestion.help(for: "verfy", in: kinds) == ["did you mean 'verify'?"])
        #expect(Suggestion.help(for: "deploy", in: kinds) == [])
    }
}
