import FoundationEssentials

/// Random numbers for tests: others in each run of the tests, and the same again where `PLANRUN_SEED` says so.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    /// What all random numbers of this run of the tests are drawn from.
    package static let seed =
        ProcessInfo.processInfo.environment["PLANRUN_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)

    private var state: UInt64

    /// - Parameter number: draws that have another number are other draws.
    package init(_ number: Int = 0) { state = Self.seed &+ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9 }

    /// SplitMix64 (Steele, Lea and Flood 2014), the same on every machine.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
