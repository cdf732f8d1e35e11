import FoundationEssentials
import Seeding
import Testing

/// One of the crashes that are tried: where it happens, and in which cutover.
struct Crash: Sendable, CustomTestStringConvertible {
    /// Counted from 0; each test says what it counts.
    var position: Int
    var variant: CutoverVariant

    var testDescription: String { "\(position), \(variant.testDescription)" }

    /// Random numbers that are the same for the same seed and position.
    var luck: SeededRandom { SeededRandom(position) }

    /// `PLANRUN_CRASHES`. A number says how many crashes of each kind are tried at most; 200 means 200 moments, and all
    /// cases of the other kinds. Words select the crashes whose description contains them. Without the variable a few
    /// are tried.
    private static let asked = ProcessInfo.processInfo.environment["PLANRUN_CRASHES"]
    private static let wanted = asked.map { Int($0) ?? 200 } ?? 3

    /// The wanted number of moments, with the variants in turn.
    static let moments = named(inTurn(Array(0..<wanted), after: 0))

    /// Every position in every variant where all are wanted. Otherwise the wanted number of positions, evenly spread,
    /// with the variants in turn.
    static func cases(
        of count: Int, after first: Int, in variants: [CutoverVariant] = CutoverVariant.all
    ) -> [Crash] {
        let positions = Array(0..<count)
        guard isWhole else { return inTurn(some(of: positions), after: first, in: variants) }
        return named(positions.flatMap { position in variants.map { Crash(position: position, variant: $0) } })
    }

    /// The wanted number of cases, evenly spread.
    /// - Parameter sample: the cases to try where `PLANRUN_CRASHES` is not set.
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
