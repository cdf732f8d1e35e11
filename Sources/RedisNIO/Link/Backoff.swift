/// How long to leave a server alone after several attempts to connect have failed in a row.
struct Backoff: Sendable, Equatable {
    var first = Duration.milliseconds(50)
    var longest = Duration.seconds(2)

    /// The delay doubles with each failure, up to `longest`. Half of it is left to chance, so that many clients do not
    /// come back at the same moment.
    /// - Parameter chance: a random number in 0..<1.
    func delay(afterFailures failures: Int, chance: Double) -> Duration {
        guard failures > 0 else { return .zero }
        let doubled = first * (1 << min(failures - 1, 20))
        let whole = min(doubled, longest)
        return whole / 2 + whole / 2 * chance
    }
}
