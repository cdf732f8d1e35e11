package import Execution

/// Counts the acknowledged writes of one application around the beginning of a handover. Times are measured from any
/// moment that stays the same.
struct WriteTally: Sendable {
    static let span = Duration.milliseconds(100)
    /// So much is shown of the time before the handover.
    private static let before = Duration.seconds(1)
    private static let mostSpans = 300

    /// The newest writes before the handover.
    private var earlier: [Duration] = []
    private var begin: Duration?
    /// Writes by span, from `before` on.
    private var counts: [Int] = []

    /// The handover begins.
    mutating func begin(at now: Duration) {
        begin = now
        counts = []
        for time in earlier { count(time, since: now) }
        earlier = []
    }

    mutating func acknowledged(at now: Duration) {
        if let begin { return count(now, since: begin) }
        earlier.append(now)
        if now - earlier[0] > Self.before * 2 { earlier.removeAll { now - $0 > Self.before } }
    }

    private mutating func count(_ time: Duration, since begin: Duration) {
        let since = time - begin + Self.before
        guard since >= .zero, since < Self.span * Self.mostSpans else { return }
        let span = Int(since / Self.span)
        if counts.count <= span { counts += Array(repeating: 0, count: span + 1 - counts.count) }
        counts[span] += 1
    }

    /// - Returns: `nil` if no handover has begun. The last span ends with the last write, so it may be a part of one.
    func seen(_ gap: WriteGap) -> WritesSeen? {
        guard let begin, let gapBegan = gap.longestBegan else { return nil }
        // A probe that began to write later has not seen that there were no writes before.
        let unseen = counts.prefix { $0 == 0 }.count
        return WritesSeen(
            firstSeconds: (Self.span * unseen - Self.before).seconds, counts: Array(counts.dropFirst(unseen)),
            gapBeginSeconds: (gapBegan - begin).seconds, gapEndSeconds: (gapBegan - begin + gap.longest).seconds)
    }
}

/// What a probe saw around a handover, for a plot. Times are measured from when the handover began.
package struct WritesSeen: Sendable, Codable, Equatable {
    /// Its name among the facts of a step.
    package static let fact = "writesPer100ms"

    /// When the first span begins.
    package let firstSeconds: Double
    /// The acknowledged writes of each tenth of a second.
    package let counts: [Int]
    /// The write gap.
    package let gapBeginSeconds: Double
    package let gapEndSeconds: Double

    /// `nil` if the facts are those of a step that hands nothing over, or if no probe could write.
    package static func among(_ facts: [String: StateValue]) -> WritesSeen? {
        try? facts[fact]?.decode(WritesSeen.self)
    }
}
