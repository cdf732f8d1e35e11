import Execution

/// Checks the conditions every few seconds while a step waits. If a server does not answer, nothing is reported here:
/// the waiting step reports it.
struct ConditionPace {
    /// Not shorter, because some conditions read a long answer (`INFO commandstats`).
    private static let period = Duration.seconds(2)

    private let watch: Stopwatch
    private var due = Duration.zero

    init(_ clock: any Clock<Duration>) { watch = Stopwatch(clock) }

    /// - Throws: the violation if a condition does not hold. A server that does not answer causes no error.
    mutating func check(_ servers: Servers, since baseline: RunBaseline?) async throws {
        guard watch.elapsed >= due else { return }
        if let violation = try? await Conditions.violation(servers, since: baseline) { throw violation }
        due = watch.elapsed + Self.period
    }
}
