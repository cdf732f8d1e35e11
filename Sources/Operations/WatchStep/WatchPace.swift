/// What the target counts a second, over the last ten seconds.
struct WatchRates: Equatable, Sendable {
    /// `nil` before ten seconds are over.
    var errors: Double?
    var evictions: Double?
    /// The codes with which it has rejected writes within the last ten seconds.
    var rejecting: Set<String> = []
}

/// Follows the target's counts from look to look.
struct WatchPace {
    /// In seconds.
    static let window = 10.0
    private var samples: [(at: Double, load: WatchLoad)] = []
    private var rejected: [String: (count: Int64, at: Double?)]

    /// - Parameter load: what the target had counted when the watch began. What it has rejected since then, while no
    ///   planrun looked, is as if it had done so just now.
    init(_ load: WatchLoad) { rejected = load.rejected.mapValues { ($0, nil) } }

    mutating func receive(_ load: WatchLoad, at now: Double) -> WatchRates {
        for (code, count) in load.rejected {
            let before = rejected[code] ?? (0, nil)
            // A server that was started again counts anew.
            rejected[code] = (count, count > before.count ? now : before.at)
        }
        let recent = rejected.filter { $0.value.at.map { now - $0 < Self.window } ?? false }
        if let last = samples.last?.load, !load.continues(last) { samples = [] }
        samples.append((now, load))
        while samples.count > 2, now - samples[1].at >= Self.window { samples.removeFirst() }
        return WatchRates(
            errors: rate(now) { $0.errors }, evictions: rate(now) { $0.evicted }, rejecting: Set(recent.keys))
    }

    private func rate(_ now: Double, _ count: (WatchLoad) -> Int64?) -> Double? {
        guard let first = samples.first, let last = samples.last, now - first.at >= Self.window,
            let before = count(first.load), let after = count(last.load)
        else { return nil }
        return Double(after - before) / (now - first.at)
    }
}

extension WatchLoad {
    /// Whether the server that counts this may be the one that counted `earlier`: it answers, and was not started again.
    fileprivate func continues(_ earlier: WatchLoad) -> Bool {
        func grows(_ count: (WatchLoad) -> Int64?) -> Bool {
            guard let before = count(earlier) else { return true }
            return count(self).map { $0 >= before } ?? false
        }
        return grows { $0.errors } && grows { $0.evicted }
    }
}
