import Execution
import RESP
import Testing

@testable import Operations

/// What a `verify` after the cutover says about commands that a Dragonfly target did not know.
struct RefusalsTests {
    private func counts(_ unknown: [String: Int]) throws -> RefusedCommands {
        try RefusedCommands(.info(["# Commandstats"] + unknown.map { "unknown_\($0.key.uppercased()):\($0.value)" }))
    }

    @Test func `only commands that write count, if the source says which do`() throws {
        let result = RefusalsOperation.result(
            try counts(["swapdb": 3, "lolwut": 5]), since: try counts(["swapdb": 1]), writing: ["swapdb"])
        #expect(result.verdict == .warned)
        #expect(
            result.summary
                == "the target does not know SWAPDB (2), which was sent to it since it began to follow")
        let reads = RefusalsOperation.result(try counts(["lolwut": 5]), since: try counts([:]), writing: ["swapdb"])
        #expect(reads == StepResult("the target has refused no command since it began to follow"))
    }

    @Test func `a source that does not answer hides nothing`() throws {
        let result = RefusalsOperation.result(try counts(["swapdb": 1]), since: try counts([:]), writing: nil)
        #expect(result.verdict == .warned)
        #expect(
            result.summary
                == "the target does not know SWAPDB (1), which was sent to it since it began to follow; the source does not answer, so planrun cannot tell which of them write"
        )
    }

    @Test func `statistics that were reset prove nothing`() throws {
        let result = RefusalsOperation.result(try counts([:]), since: try counts(["swapdb": 1]), writing: ["swapdb"])
        #expect(result.verdict == .warned)
        #expect(result.summary.hasPrefix("the statistics of the target were reset since it began to follow"))
    }
}
