/// What a run takes from the machine it is on: clocks and random numbers. They are arguments, so that tests need
/// neither.
package struct RunEnvironment: Sendable {
    /// For timeouts, backoff and the pace of progress.
    package var clock: any Clock<Duration>
    /// The wall clock, for the times in the record and in events.
    package var now: @Sendable () -> Timestamp
    /// A random number from 0 up to 1, for backoff.
    package var random: @Sendable () -> Double
    /// The least time between two progress events of one node.
    package var progressInterval: Duration

    package init(
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = { .now },
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        progressInterval: Duration = .milliseconds(200)
    ) {
        self.clock = clock
        self.now = now
        self.random = random
        self.progressInterval = progressInterval
    }
}
