/// How far a server is with following its primary, with the same meaning on every engine.
package enum SyncState: Sendable, Equatable {
    /// It is a primary.
    case notFollowing
    /// The link was not up yet.
    case connecting
    /// The link is up and nothing has arrived: the primary has yet to begin its transfer. The old data is still served.
    case preparing
    /// `nil` where the server does not tell how far it is.
    case fullSync(SyncProgress?)
    /// The transfer arrived and is being loaded.
    case loading
    /// Synced: all bytes of the stream up to this offset are applied.
    case online(offset: Int64)
    /// The link was up and is lost. `nil` where the server does not say since when.
    case linkDown(since: Duration?)

    package var isSynced: Bool { if case .online = self { true } else { false } }

    /// - Parameters:
    ///   - role: the reply of `ROLE`, where it was asked; it can only make the answer more careful.
    ///   - isLoading: `loading:1` of `INFO persistence`, or a command answered `LOADING`.
    package init(_ replication: ReplicationInfo, role: RoleReply? = nil, isLoading: Bool = false) {
        guard let upstream = replication.upstream else {
            self = .notFollowing
            return
        }
        let told = Self.told(by: upstream, isLoading: isLoading)
        // Two questions are two instants: where they differ, the one that is further from synced is believed.
        guard case .online = told, case .replica(_, let link, _)? = role else {
            self = told
            return
        }
        switch link {
        case .online: self = told
        case .connecting, .other: self = .connecting
        case .preparing: self = .preparing
        case .fullSync: self = .fullSync(nil)
        }
    }

    private static func told(by upstream: Upstream, isLoading: Bool) -> SyncState {
        // Redis shows its link as down during a full sync, Dragonfly as up.
        if upstream.isSyncing { return isLoading ? .loading : .fullSync(upstream.progress) }
        if isLoading { return .loading }
        switch upstream.link {
        case .never: return .connecting
        case .downSince(let duration): return .linkDown(since: duration)
        case .up:
            // Dragonfly says "link up, no sync in progress" from the moment it has greeted the primary, and shows its
            // offset only once the full sync is over.
            guard let offset = upstream.offset else { return .preparing }
            return .online(offset: offset)
        }
    }
}
