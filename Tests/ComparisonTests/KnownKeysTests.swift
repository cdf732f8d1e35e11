import NIOCore
import Testing

@testable import Comparison

struct KnownKeysTests {
    private func key(_ number: Int) -> ByteBuffer { ByteBuffer(string: "key:\(number)") }

    @Test func `keys that were inserted are known, and no others`() {
        for expected: Int64 in [0, 10_000, .max] {
            var known = KnownKeys(expecting: expected)
            for first in stride(from: 0, to: 10_000, by: 100) { known.insert((first..<first + 100).map(key)) }
            known.insert([key(7), key(7)])
            let unknown = (10_000..<20_000).map(key)
            #expect(known.missing(of: (0..<10_000).map(key) + unknown) == unknown)
        }
    }

    @Test func `beyond the limit of memory keys are not known any more, and those before are`() {
        var known = KnownKeys(mostSlots: 1 << 11)
        known.insert((0..<10_000).map(key))
        #expect(known.missing(of: (0..<10_000).map(key)) == (1_536..<10_000).map(key))
    }
}
