/// The timers that the machine of a handover has started.
struct CutoverTimers: Sendable {
    typealias Timer = CutoverStateMachine.Timer

    private let clock: any Clock<Duration>
    private let limits: CutoverLimits
    private var running: [(timer: Timer, watch: Stopwatch)] = []

    init(_ clock: any Clock<Duration>, limits: CutoverLimits) {
        self.clock = clock
        self.limits = limits
    }

    mutating func start(_ timer: Timer) {
        running.removeAll { $0.timer == timer }
        running.append((timer, Stopwatch(clock)))
    }

    /// Lets time pass, up to the moment at which the first timer expires.
    /// - Returns: that timer, which does not run any more; `nil` where none has expired.
    mutating func wait(_ moment: Duration) async -> Timer? {
        let soonest = running.map { max(.zero, limits.length(of: $0.timer) - $0.watch.elapsed) }.min() ?? moment
        // A cancellation must not stop a handover half way: the task that it runs in is never cancelled.
        try? await clock.sleep(for: min(moment, soonest))
        guard let index = running.firstIndex(where: { $0.watch.elapsed >= limits.length(of: $0.timer) }) else {
            return nil
        }
        return running.remove(at: index).timer
    }
}
