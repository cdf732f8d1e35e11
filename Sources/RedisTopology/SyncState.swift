/// How far a server has come in syncing with its primary. The cases mean the same on every engine.
package enum SyncState: Sendable, Equatable {
    /// The server is a primary.
    case notFollowing
    /// The link has not been up yet.
    case connecting
    /// The link is up and nothing has arrived: the primary has not begun its transfer. The replica still serves its old
    /// data.
    case preparing
    /// A full sync runs. `nil` if the server does not tell how far it is.
    case fullSync(SyncProgress?)
    /// The transfer has arrived and is being loaded.
    case loading
    /// The replica is synced: it has applied all bytes of the stream up to this offset.
    case online(offset: Int64)
    /// The link was up and is lost. `nil` if the server does not say since when.
    case linkDown(since: Duration?)

    package var isSynced: Bool { if case .online = self { true } else { false } }

    /// - Parameters:
    ///   - role: the reply of `ROLE`, if it was asked for. If `replication` says that the replica is synced, `role` can
    ///     contradict it. In every other state `role` is ignored.
    ///   - isLoading: whether `INFO persistence` has `loading:1`, or a command was answered with `LOADING`.
    package init(_ replication: ReplicationInfo, role: RoleReply? = nil, isLoading: Bool = false) {
        guard let upstream = replication.upstream else {
            self = .notFollowing
            return
        }
        let told = Self.told(by: upstream, isLoading: isLoading)
        // The two replies were sent at different moments. If only one of them says "synced", the other is believed.
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
        // During a full sync Redis shows its link as down, Dragonfly as up.
        if upstream.isSyncing { return isLoading ? .loading : .fullSync(upstream.progress) }
        if isLoading { return .loading }
        switch upstream.link {
        case .never: return .connecting
        case .downSince(let duration): return .linkDown(since: duration)
        case .up:
            // Dragonfly shows its link as up and no sync in progress as soon as it has greeted the primary. It shows
            // its offset only once the full sync is over.
            guard let offset = upstream.offset else { return .preparing }
            return .online(offset: offset)
        }
    }
}
