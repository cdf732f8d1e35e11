/// The middle one of several measurements, of an odd number of them.
///
/// The floor and what is measured take turns, so that what else the machine does meets both. The first turns, in which
/// caches are filled, do not count.
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

/// Wall time.
func time(_ body: () throws -> Void) rethrows -> Duration { try ContinuousClock().measure(body) }
