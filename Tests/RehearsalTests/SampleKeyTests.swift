import RESP
import Testing

@testable import Rehearsal

@Suite struct SampleKeyTests {
    @Test func `the same seed makes the same keys, another one others`() {
        #expect(commands(seed: 1) == commands(seed: 1))
        #expect(commands(seed: 1) != commands(seed: 2))
    }

    @Test func `every type is there, and each with and without a TTL`() {
        var random = SplitMix(state: 1)
        let samples = (1...800).map { SampleKey(index: $0, using: &random) }
        let makers: Set<String> = ["SET", "HSET", "RPUSH", "SADD", "ZADD", "XADD", "SETBIT", "PFADD", "INCRBYFLOAT"]
        for expires in [true, false] {
            let names = samples.filter { $0.expires == expires }.compactMap(\.commands.first?.name)
            #expect(Set(names) == makers)
        }
    }

    private func commands(seed: UInt64) -> [Command] {
        var random = SplitMix(state: seed)
        return (0..<200).flatMap { SampleKey(index: $0, using: &random).commands }
    }
}
