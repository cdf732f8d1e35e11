import Testing

@testable import Comparison

/// What is said of a key that differs after the cutover, when applications write to the target alone.
struct AftermathTests {
    private static let promotedAt: Int64 = 1_000_000
    private let known = Aftermath(promotedAt: promotedAt, tellsIdleTimes: true)

    @Test func `a key that nobody has touched since the promotion differed before`() {
        #expect(known.verdict(idle: 50_000, lastID: nil, now: 1_020_000) == .difference)
        // Idle times are not exact.
        #expect(known.verdict(idle: 35_000, lastID: nil, now: 1_020_000) == .unknown)
        #expect(known.verdict(idle: 0, lastID: nil, now: 1_020_000) == .unknown)
    }

    @Test func `a stream tells by its last id that it was written to`() {
        #expect(known.verdict(idle: nil, lastID: "1000001-0", now: 1_020_000) == .changedSince)
        #expect(known.verdict(idle: 50_000, lastID: "999999-7", now: 1_020_000) == .difference)
        // An id that an application chose is no time.
        #expect(known.verdict(idle: nil, lastID: "9999999999999-0", now: 1_020_000) == .unknown)
        #expect(known.verdict(idle: nil, lastID: "junk", now: 1_020_000) == .unknown)
    }

    @Test func `without the time of the promotion, or without idle times, nothing is called a difference`() {
        let (unknown, unsure) = (
            Aftermath(promotedAt: nil, tellsIdleTimes: true),
            Aftermath(promotedAt: Self.promotedAt, tellsIdleTimes: false)
        )
        #expect(unknown.verdict(idle: 50_000, lastID: "1000001-0", now: 1_020_000) == .unknown)
        #expect(unsure.verdict(idle: 50_000, lastID: nil, now: 1_020_000) == .unknown)
        #expect(unsure.verdict(idle: nil, lastID: nil, now: 1_020_000) == .unknown)
    }
}
