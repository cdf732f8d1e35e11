/// The cutover: from here on the target is the primary.
package struct FailoverStep: Sendable, Hashable {
    package enum Method: String, Sendable, Hashable, CaseIterable {
        /// `SENTINEL FAILOVER`, which the Sentinels announce to clients.
        case sentinel
        /// `REPLICAOF NO ONE`, for plans without Sentinel.
        case promote
        /// The source is shut down and the Sentinels notice.
        case shutdown
    }

    package var method: Method
    /// How long writes to the source may stall while the target catches up.
    package var writePause: Duration

    package init(method: Method = .sentinel, writePause: Duration = .seconds(2)) {
        self.method = method
        self.writePause = writePause
    }
}
