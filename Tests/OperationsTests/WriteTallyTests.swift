import Execution
import Testing

@testable import Operations

/// What a probe keeps of its writes for a plot.
struct WriteTallyTests {
    @Test func `a second before the handover is kept, and all that comes after`() throws {
        var (tally, gap) = (WriteTally(), WriteGap())
        func write(_ milliseconds: Int) {
            tally.acknowledged(at: .milliseconds(milliseconds))
            gap.acknowledged(at: .milliseconds(milliseconds))
        }
        for milliseconds in stride(from: 0, through: 9_990, by: 10) { write(milliseconds) }
        tally.begin(at: .milliseconds(10_000))
        gap.begin(at: .milliseconds(10_000))
        for milliseconds in [10_010, 10_020, 10_310, 10_320] { write(milliseconds) }
        let seen = try #require(tally.seen(gap))
        #expect(seen.firstSeconds == -1)
        #expect(seen.counts == Array(repeating: 10, count: 10) + [2, 0, 0, 2])
        #expect(seen.gapBeginSeconds == 0.02)
        #expect(seen.gapEndSeconds == 0.31)
        #expect(WritesSeen.among([WritesSeen.fact: StateValue(seen)]) == seen)
    }

    @Test func `of the time before the first write nothing is said`() throws {
        var (tally, gap) = (WriteTally(), WriteGap())
        for milliseconds in [9_720, 9_950] {
            tally.acknowledged(at: .milliseconds(milliseconds))
            gap.acknowledged(at: .milliseconds(milliseconds))
        }
        tally.begin(at: .milliseconds(10_000))
        gap.begin(at: .milliseconds(10_000))
        let seen = try #require(tally.seen(gap))
        #expect(seen.firstSeconds == -0.3)
        #expect(seen.counts == [1, 0, 1])
        #expect(seen.gapBeginSeconds == -0.05)
    }

    @Test func `without a handover there is nothing to show, and a long one is shown for a limited time`() throws {
        var (tally, gap) = (WriteTally(), WriteGap())
        tally.acknowledged(at: .zero)
        #expect(tally.seen(gap) == nil)
        tally.begin(at: .zero)
        gap.begin(at: .zero)
        for seconds in 1...100 {
            tally.acknowledged(at: .seconds(seconds))
            gap.acknowledged(at: .seconds(seconds))
        }
        #expect(try #require(tally.seen(gap)).counts.count <= 300)
    }

    @Test func `the moments of a handover are told from what its actions find`() {
        #expect(CutoverPhase(after: .start(.promotion, then: .raiseFence), .done) == .fenceSet)
        #expect(CutoverPhase(after: .raiseFence, .refused) == nil)
        #expect(CutoverPhase(after: .compareOffsets(.first), .reached) == .inSync)
        #expect(CutoverPhase(after: .promote, .isPrimary) == .promoted)
        #expect(CutoverPhase(after: .readSentinels, .sentinels(.init(named: .some))) == nil)
        #expect(CutoverPhase(after: .readSentinels, .sentinels(.init(named: .all))) == .sentinelsAgree)
        #expect(CutoverPhase(after: .releaseClients, .done) == .clientsReleased)
    }
}
