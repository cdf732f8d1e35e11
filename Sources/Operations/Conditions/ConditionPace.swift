import Execution

/// Asks the conditions every few seconds while a step waits. A server that does not answer in between is not the business of
/// a condition: the step that waits says so.
struct ConditionPace {
    /// Some of them take a long answer (`INFO commandstats`).
    private static let period = Duration.seconds(2)

    private let watch: Stopwatch
    private var due = Duration.zero

    init(_ clock: any Clock<Duration>) { watch = Stopwatch(clock) }

    /// - Throws: the violation where a condition does not hold; otherwise nothing.
    mutating func check(_ servers: Servers, since baseline: RunBaseline?) async throws {
        guard watch.elapsed >= due else { return }
        if let violation = try? await Conditions.violation(servers, since: baseline) { throw violation }
        due = watch.elapsed + Self.period
    }
}
