import RESP
import RedisTopology
import Rehearsal
import Values

/// What every server that holds data is, other replicas included, and whether the Sentinels may promote it: what its
/// configuration file has to say, too.
struct Standing: Sendable, Equatable, CustomStringConvertible {
    private struct Server: Sendable, Equatable {
        var role: String
        var priority: String?
    }

    private var servers: [Endpoint: Server] = [:]

    /// Servers that do not answer are left out.
    /// - Parameter earlier: servers that it leaves out are left out, too: one that let nobody in may do so after a restart.
    static func read(_ lab: Lab, as earlier: Standing? = nil) async throws -> Standing {
        var standing = Standing()
        for server in lab.instances {
            if let earlier, earlier.servers[lab.address(of: server)] == nil { continue }
            guard let reply = try? await lab.send(["INFO", "replication"], to: server) else { continue }
            let replication = try ReplicationInfo(Info(reply))
            let setting = try await lab.send(["CONFIG", "GET", "replica-priority"], to: server)
            let primary = replication.upstream.map { " of \($0.primary)" } ?? ""
            standing.servers[lab.address(of: server)] = Server(
                role: "\(replication.role)\(primary)", priority: setting.array?.last?.string)
        }
        return standing
    }

    func priority(at address: Endpoint) -> String? { servers[address]?.priority }

    var description: String {
        servers.sorted { $0.key.port < $1.key.port }
            .map { "\($0): \($1.role), replica-priority \($1.priority ?? "unknown")" }.joined(separator: "; ")
    }
}
