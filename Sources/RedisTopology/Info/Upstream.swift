import RESP
package import Values

/// The primary that a replica follows and the state of the link to it, as the replica reports them.
package struct Upstream: Sendable, Equatable {
    package let primary: Endpoint
    package let isLinkUp: Bool
    package let isSyncing: Bool
    /// The bytes of the replication stream that the replica has applied (`slave_repl_offset`). Dragonfly shows them
    /// only once it is synced.
    package let offset: Int64?
    /// How far the full sync is; `nil` if none is running. Dragonfly never reports it.
    package let progress: SyncProgress?
    package let link: LinkHistory
    /// Sentinel promotes the replica with the smallest priority, and never one with 0.
    package let priority: Int?
    package let isReadOnly: Bool
    /// Whether Sentinel tells clients of this replica (`replica-announced`).
    package let isAnnounced: Bool

    package enum LinkHistory: Sendable, Equatable {
        /// The link is up.
        case up
        /// The link was never up since the server began to follow (`master_link_down_since_seconds:-1`).
        case never
        /// The link was up and is lost. `nil` if the server does not say since when; Dragonfly never does.
        case downSince(Duration?)
    }

    init(_ section: Info.Section) throws(ReplyError) {
        let port = try section.requiredInteger("master_port")
        primary = Endpoint(host: try section.required("master_host"), port: Int(truncatingIfNeeded: port))
        isLinkUp = try section.required("master_link_status") == "up"
        isSyncing = section.flag("master_sync_in_progress")
        offset = try section.integer("slave_repl_offset")
        progress = isSyncing ? try SyncProgress(section) : nil
        if isLinkUp {
            link = .up
        } else if let down = try section.integer("master_link_down_since_seconds") {
            link = down < 0 ? .never : .downSince(WireNumber.seconds(down))
        } else {
            link = .downSince(nil)
        }
        priority = try section.integer("slave_priority").map { Int(truncatingIfNeeded: $0) }
        isReadOnly = section["slave_read_only"] != "0"
        isAnnounced = section["replica_announced"] != "0"
    }
}

/// How many bytes of a full sync have arrived.
package struct SyncProgress: Sendable, Hashable {
    /// `nil` if the primary streams the data set without knowing its length (a diskless sync).
    package let totalBytes: Int64?
    package let receivedBytes: Int64

    package init(totalBytes: Int64?, receivedBytes: Int64) {
        self.totalBytes = totalBytes
        self.receivedBytes = receivedBytes
    }

    /// The part that has arrived, 0…1; `nil` if the length is not known.
    package var fraction: Double? {
        guard let totalBytes, totalBytes > 0 else { return nil }
        return min(1, max(0, Double(receivedBytes) / Double(totalBytes)))
    }

    init?(_ section: Info.Section) throws(ReplyError) {
        guard let received = try section.integer("master_sync_read_bytes") else { return nil }
        let total = try section.integer("master_sync_total_bytes") ?? 0
        self.init(totalBytes: total > 0 ? total : nil, receivedBytes: max(0, received))
    }
}
