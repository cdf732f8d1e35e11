import PlanModel
import RESP
import RedisTopology

/// Before the cutover the target follows the source and is in sync.
struct TargetFollowsCheck: Check {
    static let declaration = CheckDeclaration(id: "target-follows", title: "the target follows the source, in sync")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        let replication = try await target.replication()
        let role = try await target.read(["ROLE"]) { try RoleReply($0) }
        guard let primary = replication.upstream?.primary, await servers.isSame(primary, as: servers.source) else {
            return .missed(
                "\(target.endpoint) does not follow the source", wants: "a replica of \(servers.source.endpoint)",
                at: [target.name], remedy: ["find out who detached it; resume makes it follow again"])
        }
        guard SyncState(replication, role: role).isSynced else {
            return .missed(
                "\(target.endpoint) is not in sync", wants: "the link up and the full sync over", at: [target.name],
                remedy: ["wait for the sync and run it again"])
        }
        return .passed("\(target.endpoint) follows \(servers.source.endpoint), in sync")
    }
}
