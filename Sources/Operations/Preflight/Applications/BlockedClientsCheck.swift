import Execution
import PlanModel
import RedisTopology

/// No application waits in a blocking command (BLPOP, XREAD BLOCK, WAIT, …), which the cutover would end with an error.
struct BlockedClientsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "blocked-clients", title: "nobody waits at the source in a blocking command", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let blocked = try await servers.sourceClients().filter { $0.isApplication && $0.isBlocked }
        guard !blocked.isEmpty else { return .passed("nobody is blocked") }
        return .missed(
            "\(blocked.count.counted("client waits", "clients wait")) in a blocking command: \(ClientHosts(blocked).text)",
            wants: "nobody", at: [servers.source.name],
            remedy: [
                "the cutover closes their connections in the middle of the wait: make sure that they connect again, and wait anew"
            ])
    }
}
