/// What one writer remembers: when each of its writes was acknowledged, and which errors came in between.
package struct WriteLog: Sendable {
    package let writer: Int
    /// The time of each acknowledged write; the index is its number. A writer repeats a write until it is acknowledged,
    /// so no number is missing.
    package internal(set) var acknowledged: [ContinuousClock.Instant] = []
    /// How often each error came, by the code of the reply (`READONLY`, `NOREPLICAS`) or of the session
    /// (`connection-lost`).
    package internal(set) var errors: [String: Int] = [:]

    init(writer: Int) {
        self.writer = writer
    }
}

/// What all writers of a load remember after the load has ended.
package struct WriteRecord: Sendable {
    package let logs: [WriteLog]
    package let stopped: ContinuousClock.Instant

    package var acknowledgedCount: Int { logs.reduce(0) { $0 + $1.acknowledged.count } }

    package var errors: [String: Int] {
        logs.reduce(into: [:]) { sum, log in sum.merge(log.errors, uniquingKeysWith: +) }
    }

    /// The longest time between two acknowledged writes of all writers together. A gap that overlaps the window counts
    /// in full.
    package func writeGap(in window: Range<ContinuousClock.Instant>) -> Duration {
        Self.longestGap(logs.flatMap(\.acknowledged).sorted(), stopped, window)
    }

    /// The longest time between two acknowledged writes of the same writer: what a single connection has to wait.
    package func longestWriterGap(in window: Range<ContinuousClock.Instant>) -> Duration {
        logs.map { Self.longestGap($0.acknowledged, stopped, window) }.max() ?? .zero
    }

    /// - Parameter times: in ascending order. The end of the load closes the last gap, so writes that never came back
    ///   count as a gap, too.
    private static func longestGap(
        _ times: [ContinuousClock.Instant], _ stopped: ContinuousClock.Instant, _ window: Range<ContinuousClock.Instant>
    ) -> Duration {
        let ends = times.dropFirst() + [stopped]
        return zip(times, ends).lazy.filter { $0.0 < window.upperBound && $0.1 > window.lowerBound }
            .map { $0.0.duration(to: $0.1) }.max() ?? .zero
    }
}
