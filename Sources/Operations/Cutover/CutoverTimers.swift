/// The timers that the state machine of a handover has started and that have not expired yet.
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

    /// Waits for this long, or until the first timer expires.
    /// - Returns: the timer that expired, which is then removed; `nil` if none has.
    mutating func wait(_ moment: Duration) async -> Timer? {
        let soonest = running.map { max(.zero, limits.length(of: $0.timer) - $0.watch.elapsed) }.min() ?? moment
        // The sleep throws only if its task is cancelled, and the task that runs a handover never is.
        try? await clock.sleep(for: min(moment, soonest))
        guard let index = running.firstIndex(where: { $0.watch.elapsed >= limits.length(of: $0.timer) }) else {
            return nil
        }
        return running.remove(at: index).timer
    }
}
