import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Every replica of the source is a server. Tools such as RedisShake register as replicas to get the replication
/// stream: Sentinel lists them and could promote them, and their stream ends when the source is demoted.
struct ToolReplicasCheck: Check {
    static let declaration = CheckDeclaration(
        id: "tool-replicas", title: "every replica of the source is a server", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        async let clients = servers.sourceClients()
        async let replication = servers.source.replication()
        let pictures = servers.plan.sentinel == nil ? [] : try await servers.sentinelPictures()
        let replicas = try await replication.replicas
        var findings = try await named(clients, servers.source)
        for replica in replicas {
            if await servers.isSame(replica.address, as: servers.target) { continue }
            guard let sign = sign(replica, pictures) else { continue }
            findings.append(
                .missed(
                    "\(replica.address) follows the source, but \(sign)", wants: "replicas that are servers",
                    at: [servers.source.name],
                    remedy: [
                        "is it a tool (RedisShake, a change stream)? end it before the cutover, or make it follow the target as soon as that is the primary"
                    ]))
        }
        return .combined(
            findings,
            passed: replicas.isEmpty
                ? "nothing follows the source"
                : "\(replicas.count.counted("replica follows", "replicas follow")) the source")
    }

    /// Replicas that are tools and not servers. A server gives its replication link no name and announces no client
    /// library, so a replica with either is a tool.
    private func named(_ clients: [ClientList.Client], _ source: Server) -> [Finding] {
        clients.filter { $0.isReplica && ($0.name != nil || $0.libraryName != nil) }.map { client in
            .missed(
                "\(client.host?.printable ?? "a Unix socket") follows the source as \(client.title)",
                wants: "replicas that are servers", at: [source.name],
                remedy: [
                    "is it a tool (RedisShake, a change stream)? end it before the cutover, or make it follow the target as soon as that is the primary"
                ])
        }
    }

    /// Why a replica does not look like a server, as a phrase; `nil` if it does.
    private func sign(_ replica: ConnectedReplica, _ pictures: [SentinelPicture]) -> String? {
        if replica.address.port == 0 { return "listens nowhere (port 0)" }
        // A Sentinel lists a new replica only after it has read the source's INFO again, up to 10 s later.
        let views = pictures.compactMap { $0.replicas.first { $0.address == replica.address } }
        guard !views.isEmpty, views.allSatisfy({ !$0.flags.isHealthy }) else { return nil }
        return "answers no Sentinel there"
    }
}
