import FoundationEssentials
import Seeding
import Testing

/// One of many crashes that are tried: where it happens, and in what cutover.
struct Crash: Sendable, CustomTestStringConvertible {
    /// Counted from 0.
    var position: Int
    var variant: CutoverVariant

    var testDescription: String { "\(position), \(variant.testDescription)" }

    /// The same for the same seed and crash.
    var luck: SeededRandom { SeededRandom(position) }

    /// `PLANRUN_CRASHES`: how many are tried of each kind, at most; 200 is 200 moments, and all there is of the others. Words
    /// instead of a number: those whose description holds them. Without it a few.
    private static let asked = ProcessInfo.processInfo.environment["PLANRUN_CRASHES"]
    private static let wanted = asked.map { Int($0) ?? 200 } ?? 3

    /// As many as are wanted, of all variants in turn.
    static let moments = named(inTurn(Array(0..<wanted), after: 0))

    /// All of so many positions in each variant; or as many of them as are wanted, evenly spread, of all variants in turn.
    static func cases(
        of count: Int, after first: Int, in variants: [CutoverVariant] = CutoverVariant.all
    ) -> [Crash] {
        let positions = Array(0..<count)
        guard isWhole else { return inTurn(some(of: positions), after: first, in: variants) }
        return named(positions.flatMap { position in variants.map { Crash(position: position, variant: $0) } })
    }

    /// As many as are wanted, evenly spread.
    /// - Parameter sample: where nobody wants a number.
    static func some<Case: CustomTestStringConvertible>(of all: [Case], sample: [Case]) -> [Case] {
        asked == nil ? sample : named(some(of: all))
    }

    private static func some<Case>(of all: [Case]) -> [Case] {
        guard !isWhole, wanted < all.count else { return all }
        return (0..<wanted).map { all[(2 * $0 + 1) * all.count / (2 * wanted)] }
    }

    private static func named<Case: CustomTestStringConvertible>(_ cases: [Case]) -> [Case] {
        guard let asked, Int(asked) == nil else { return cases }
        return cases.filter { $0.testDescription.contains(asked) }
    }

    private static let isWhole = wanted >= 200

    private static func inTurn(
        _ positions: [Int], after first: Int, in variants: [CutoverVariant] = CutoverVariant.all
    ) -> [Crash] {
        positions.enumerated().map { index, position in
            Crash(position: position, variant: variants[(first + index) % variants.count])
        }
    }
}
