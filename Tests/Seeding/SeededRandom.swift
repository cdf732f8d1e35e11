import FoundationEssentials

/// Random numbers for tests: new ones in each run of the tests, and the same ones again where `PLANRUN_SEED` names a
/// seed.
package struct SeededRandom: RandomNumberGenerator, Sendable {
    /// The seed of all random numbers of this run of the tests.
    package static let seed =
        ProcessInfo.processInfo.environment["PLANRUN_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)

    private var state: UInt64

    /// - Parameter number: generators with different numbers draw different random numbers.
    package init(_ number: Int = 0) { state = Self.seed &+ UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9 }

    /// SplitMix64 (Steele, Lea and Flood 2014), which draws the same on every machine.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
