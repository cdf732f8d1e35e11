import RedisTopology

/// Whether a cutover has exchanged the roles of the plan's two servers, by what they say themselves.
enum PairRoles: Equatable {
    /// The target is a primary, and the source follows it or stands alone as a replica of no server. So the target takes
    /// the writes, whatever the Sentinels name.
    case exchanged
    /// Each follows the other, so that neither takes writes.
    case circle
    /// Anything else, also where a server does not answer.
    case other

    static func read(_ servers: Servers) async -> PairRoles {
        guard let source = try? await servers.source.replication(),
            let target = try? await servers.target.replication(), let upstream = source.upstream?.primary
        else { return .other }
        let followsTarget = await servers.isSame(upstream, as: servers.target)
        guard let back = target.upstream?.primary else {
            return followsTarget || upstream == .nowhere ? .exchanged : .other
        }
        guard followsTarget, await servers.isSame(back, as: servers.source) else { return .other }
        return .circle
    }
}
