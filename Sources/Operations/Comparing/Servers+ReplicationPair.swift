import RedisTopology

extension Servers {
    /// Source and target by who follows whom: the target follows the source before the cutover, and the source may
    /// follow the target after it.
    /// - Returns: the two; `isFollowing` says whether the replica follows the primary over a link that is up.
    func replicationPair() async throws -> (primary: Server, replica: Server, isFollowing: Bool) {
        let targetFollows = try await target.replication().upstream != nil
        let (primary, replica) = targetFollows ? (source, target) : (target, source)
        guard let upstream = try await replica.replication().upstream, upstream.isLinkUp else {
            return (primary, replica, false)
        }
        return (primary, replica, await isSame(upstream.primary, as: primary))
    }
}
