/// How often and how long a node is tried.
package struct NodePolicy: Sendable, Equatable {
    /// For one attempt; `nil` is no limit.
    package var timeout: Duration?
    /// Further attempts after the first, within one run; only for failures that can pass.
    package var retries: Int
    package var backoff: Backoff
    /// For a check that is made anew after it has succeeded: how long after its end, until a point of no return begins;
    /// `nil` for a node that runs once.
    package var repetition: Duration?

    package init(
        timeout: Duration? = nil, retries: Int = 0, backoff: Backoff = Backoff(), repetition: Duration? = nil
    ) {
        self.timeout = timeout
        self.retries = retries
        self.backoff = backoff
        self.repetition = repetition
    }
}

/// How long to wait before the next attempt: twice as long each time, up to a limit. Each wait is shortened by a random
/// part, at most half, so that runs which failed together do not try again together.
package struct Backoff: Sendable, Equatable {
    package var first: Duration
    package var limit: Duration

    package init(first: Duration = .seconds(1), limit: Duration = .seconds(30)) {
        self.first = first
        self.limit = limit
    }

    /// - Parameter attempt: the attempt that failed, from 1.
    /// - Parameter random: a random number from 0 up to 1.
    package func delay(after attempt: Int, random: Double) -> Duration {
        var delay = min(first, limit)
        for _ in 1..<max(attempt, 1) where delay < limit { delay = min(delay * 2, limit) }
        return delay * (0.5 + random / 2)
    }
}
