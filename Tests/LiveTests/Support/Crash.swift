import FoundationEssentials
import PlanModel
import Testing

/// One of many crashes that are tried: where it happens, and to whose migration.
struct Crash: Sendable, CustomTestStringConvertible {
    /// Counted from 0.
    var position: Int
    var target: Engine

    var testDescription: String { "\(position), to \(target.rawValue)" }

    /// How many are tried of each kind. `PLANRUN_CRASHES=200` is all there is; without it a few are.
    static let wanted = ProcessInfo.processInfo.environment["PLANRUN_CRASHES"].flatMap { Int($0) } ?? 3

    /// As many as are wanted; every third to the stand-in of Dragonfly.
    static let moments = (0..<wanted).map { Crash(position: $0, target: $0 % 3 == 2 ? .dragonfly : .redis) }

    /// All of so many positions, or as many of them as are wanted, evenly spread; every third to the stand-in of Dragonfly.
    static func cases(of count: Int) -> [Crash] {
        let positions = some(of: Array(0..<count))
        return positions.enumerated().flatMap { index, position -> [Crash] in
            let (redis, dragonfly) = (
                Crash(position: position, target: .redis), Crash(position: position, target: .dragonfly)
            )
            guard index % 3 == 2 else { return [redis] }
            return positions.count == count ? [redis, dragonfly] : [dragonfly]
        }
    }

    /// As many as are wanted, evenly spread.
    static func some<Case>(of all: [Case]) -> [Case] {
        guard wanted < all.count else { return all }
        return (0..<wanted).map { all[(2 * $0 + 1) * all.count / (2 * wanted)] }
    }
}
