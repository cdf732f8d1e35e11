import Execution
import Testing

@testable import Comparison
@testable import Operations

/// The line that says how far a comparison is. Its total comes from the servers.
struct ComparisonPaceTests {
    @Test func `a total that no server has gives a time left that can be shown`() async throws {
        let process = FakeProcess(SharedWorld(.following(sentinels: 0)))
        let clock = WorldClock(process: process)
        let pace = ComparisonPace(clock: clock)
        var progress = ComparisonProgress(total: .max)
        progress.done = 1
        try await clock.sleep(for: .seconds(1))
        let words = pace.words(progress)
        #expect(words.now == "1 of 9223372036854775807 keys, 1 keys/s, 0 bytes/s")
        #expect(words.remaining == .seconds(Double(Int64.max)))
        #expect(words.fraction == 1 / Double(Int64.max))
    }
}
