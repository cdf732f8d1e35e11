import PlanGraph

/// Lets through as much progress as a person can read: the latest of each node, no more often than the interval.
struct ProgressPace {
    enum Decision: Equatable {
        case show
        /// Hold the progress back, and ask `due` after this time.
        case hold(Duration)
        /// An earlier progress is held already, and `due` will return this one instead.
        case held
    }

    private struct Entry {
        var latest: Progress
        var shownAt: Duration
        var isHeld = false
    }

    private let interval: Duration
    private var entries: [NodeID: Entry] = [:]

    init(interval: Duration) { self.interval = interval }

    func latest(_ node: NodeID) -> Progress? { entries[node]?.latest }

    mutating func receive(_ progress: Progress, of node: NodeID, at now: Duration) -> Decision {
        guard var entry = entries[node] else {
            entries[node] = Entry(latest: progress, shownAt: now)
            return .show
        }
        entry.latest = progress
        defer { entries[node] = entry }
        if entry.isHeld { return .held }
        if now - entry.shownAt >= interval {
            entry.shownAt = now
            return .show
        }
        entry.isHeld = true
        return .hold(interval - (now - entry.shownAt))
    }

    /// The progress that was held back; `nil` if the node has ended since.
    mutating func due(_ node: NodeID, at now: Duration) -> Progress? {
        guard let entry = entries[node], entry.isHeld else { return nil }
        entries[node] = Entry(latest: entry.latest, shownAt: now)
        return entry.latest
    }

    /// The progress that is held back when the node ends, if it has figures: else events and metrics would end with other
    /// numbers than the record.
    func rest(of node: NodeID) -> Progress? {
        guard let entry = entries[node], entry.isHeld, !entry.latest.figures.isEmpty else { return nil }
        return entry.latest
    }

    mutating func end(_ node: NodeID) { entries[node] = nil }
}
