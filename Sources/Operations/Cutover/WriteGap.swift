/// The longest time in which no write of one application was acknowledged, while a handover went on. Times are measured
/// from any moment that stays the same.
struct WriteGap: Sendable, Equatable {
    private(set) var longest = Duration.zero
    /// When the longest began; `nil` before a handover.
    private(set) var longestBegan: Duration?
    private(set) var lastAcknowledged: Duration?
    /// Whether the gap may have been longer: no write was acknowledged before the handover began, or none after its end.
    private(set) var isLowerBound = true
    /// Since when no write has been acknowledged; `nil` before the handover.
    private var open: Duration?

    /// The handover begins. What was before does not count, except that the gap is measured from the last write.
    mutating func begin(at now: Duration) {
        longest = .zero
        isLowerBound = lastAcknowledged == nil
        open = lastAcknowledged ?? now
        longestBegan = open
    }

    mutating func acknowledged(at now: Duration) {
        if let open {
            close(open, at: now)
            self.open = now
        }
        lastAcknowledged = now
    }

    /// The handover is over.
    /// - Parameter hasEnded: whether the new primary has acknowledged a write.
    mutating func end(at now: Duration, hasEnded: Bool) {
        guard let open, !hasEnded else { return }
        close(open, at: now)
        isLowerBound = true
    }

    private mutating func close(_ open: Duration, at now: Duration) {
        guard now - open > longest else { return }
        (longest, longestBegan) = (now - open, open)
    }
}
