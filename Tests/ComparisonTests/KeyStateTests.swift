import Testing

@testable import Comparison

struct KeyStateTests {
    private func state(expiring end: Int64?, seenAt now: Int64) -> KeyState {
        KeyState(
            type: .string, expiry: end.map { .at($0) } ?? .never, value: ValueDigest(), isWhole: true,
            left: end.map { $0 - now })
    }

    @Test func `a key that was renewed before its end was there all the time`() {
        #expect(state(expiring: 5_000, seenAt: 0).outlives(state(expiring: 9_000, seenAt: 4_999)))
        #expect(!state(expiring: 5_000, seenAt: 0).outlives(state(expiring: 9_000, seenAt: 5_000)))
        #expect(state(expiring: nil, seenAt: 0).outlives(state(expiring: 9_000, seenAt: 5_000)))
        #expect(!state(expiring: 5_000, seenAt: 0).outlives(state(expiring: nil, seenAt: 1)))
    }
}
