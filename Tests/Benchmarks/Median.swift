import Glibc

/// The medians of several measurements. Their number should be odd.
///
/// The measured body and the floor take turns, so that other work of the machine affects both alike. The first turns
/// fill caches and do not count.
struct Medians {
    var measured: Duration
    var floor: Duration

    init(
        of count: Int, warmUp: Int = 3, measured: () throws -> Duration, floor: () throws -> Duration
    ) rethrows {
        var times: (measured: [Duration], floor: [Duration]) = ([], [])
        for turn in 0..<(count + warmUp) {
            let (high, low) = (try measured(), try floor())
            guard turn >= warmUp else { continue }
            times.measured.append(high)
            times.floor.append(low)
        }
        self.measured = times.measured.sorted()[count / 2]
        self.floor = times.floor.sorted()[count / 2]
    }
}

/// The wall time that the body takes.
func time(_ body: () throws -> Void) rethrows -> Duration { try ContinuousClock().measure(body) }

/// The processor time of this process that the body takes.
func processorTime(_ body: () throws -> Void) rethrows -> Duration {
    let before = spentProcessorTime
    try body()
    return spentProcessorTime - before
}

private var spentProcessorTime: Duration {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
}
