import Execution

/// Asks the conditions every few seconds while a step waits. A server that does not answer is not reported here,
/// because the waiting step reports it.
struct ConditionPace {
    /// Some conditions need a long answer (`INFO commandstats`), so they are not asked more often.
    private static let period = Duration.seconds(2)

    private let watch: Stopwatch
    private var due = Duration.zero

    init(_ clock: any Clock<Duration>) { watch = Stopwatch(clock) }

    /// - Throws: the violation where a condition does not hold; nothing where a server does not answer.
    mutating func check(_ servers: Servers, since baseline: RunBaseline?) async throws {
        guard watch.elapsed >= due else { return }
        if let violation = try? await Conditions.violation(servers, since: baseline) { throw violation }
        due = watch.elapsed + Self.period
    }
}
