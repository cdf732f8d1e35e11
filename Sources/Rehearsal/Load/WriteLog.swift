/// What one writer knows: when each of its writes was acknowledged, and what went wrong in between.
package struct WriteLog: Sendable {
    package let writer: Int
    /// The index is the number of the write: a writer repeats a write until it is acknowledged, so none is left out.
    package internal(set) var acknowledged: [ContinuousClock.Instant] = []
    /// By error code of the reply (`READONLY`, `NOREPLICAS`) or of the session (`connection-lost`).
    package internal(set) var errors: [String: Int] = [:]

    init(writer: Int) {
        self.writer = writer
    }
}

/// What all writers of a load know, after it has ended.
package struct WriteRecord: Sendable {
    package let logs: [WriteLog]
    package let stopped: ContinuousClock.Instant

    package var acknowledgedCount: Int { logs.reduce(0) { $0 + $1.acknowledged.count } }

    package var errors: [String: Int] {
        logs.reduce(into: [:]) { sum, log in sum.merge(log.errors, uniquingKeysWith: +) }
    }

    /// The longest time between two acknowledged writes of all writers together. Only gaps that overlap the window
    /// count, each in its full length.
    package func writeGap(in window: Range<ContinuousClock.Instant>) -> Duration {
        Self.longestGap(logs.flatMap(\.acknowledged).sorted(), stopped, window)
    }

    /// The same for the writer that had to wait longest: what a single connection sees.
    package func longestWriterGap(in window: Range<ContinuousClock.Instant>) -> Duration {
        logs.map { Self.longestGap($0.acknowledged, stopped, window) }.max() ?? .zero
    }

    /// - Parameter times: in order. The end of the load closes the last gap: writes that never came back are one.
    private static func longestGap(
        _ times: [ContinuousClock.Instant], _ stopped: ContinuousClock.Instant, _ window: Range<ContinuousClock.Instant>
    ) -> Duration {
        let ends = times.dropFirst() + [stopped]
        return zip(times, ends).lazy.filter { $0.0 < window.upperBound && $0.1 > window.lowerBound }
            .map { $0.0.duration(to: $0.1) }.max() ?? .zero
    }
}
