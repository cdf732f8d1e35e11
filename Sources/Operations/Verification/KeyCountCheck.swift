import Execution
import PlanModel
import RESP
import RedisTopology

/// Source and target hold the same number of keys, database by database.
///
/// Applications go on writing during the check. So planrun counts the primary's keys, waits until the replica has
/// applied everything up to then, counts the replica's keys, and counts the primary's again. The replica's count has to
/// lie between the primary's two. Keys with a TTL are left out, because primary and replica do not drop an expired key
/// at the same moment.
struct KeyCountCheck: Check {
    static let declaration = CheckDeclaration(
        id: "key-count", title: "source and target hold the same number of keys")

    private static let looks = 20

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let (primary, replica, isFollowing) = try await servers.replicationPair()
        guard isFollowing else {
            return .missed(
                "\(replica.name) does not follow \(primary.name), so their counts have nothing to do with each other",
                wants: "one of them following the other", at: [replica.name],
                remedy: ["compare before the cutover: put the step between 'wait-for-sync' and 'failover'"])
        }
        var last = KeyCounts.Comparison(differences: [], summary: "")
        for look in 1...Self.looks {
            last = try await compare(primary, replica, servers.clock)
            if last.differences.isEmpty { return .passed(last.summary) }
            if look < Self.looks { try await servers.clock.sleep(for: .milliseconds(250)) }
        }
        return .missed(
            last.differences.joined(separator: "; "), wants: "the same number of keys without TTL in every database",
            at: [servers.source.name, servers.target.name],
            remedy: ["find out what is missing before the cutover; the source has everything and is still there"])
    }

    private func compare(
        _ primary: Server, _ replica: Server, _ clock: any Clock<Duration>
    ) async throws -> KeyCounts.Comparison {
        let before = try await KeyCounts(primary.keyspace())
        let offset = try await primary.replication().offset ?? 0
        for _ in 0..<200 where try await replica.replication().upstream?.offset ?? 0 < offset {
            try await clock.sleep(for: .milliseconds(5))
        }
        let there = try await KeyCounts(replica.keyspace())
        let after = try await KeyCounts(primary.keyspace())
        return there.compare(before, after, primary: primary.part.rawValue, replica: replica.part.rawValue)
    }
}
