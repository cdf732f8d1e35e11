import NIOCore
import Testing

@testable import Comparison

struct KnownKeysTests {
    private func key(_ number: Int) -> ByteBuffer { ByteBuffer(string: "key:\(number)") }

    @Test func `keys that were inserted are known, and no others`() {
        var known = KnownKeys()
        for number in 0..<10_000 { known.insert(key(number)) }
        known.insert(key(7))
        #expect((0..<10_000).allSatisfy { known.contains(key($0)) })
        #expect(!(10_000..<20_000).contains { known.contains(key($0)) })
    }

    @Test func `beyond the limit of memory keys are not known any more, and those before are`() {
        var known = KnownKeys(mostSlots: 1 << 11)
        for number in 0..<10_000 { known.insert(key(number)) }
        #expect((0..<1_536).allSatisfy { known.contains(key($0)) })
        #expect((0..<10_000).count { known.contains(key($0)) } == 1_536)
    }
}
