import Execution
import PlanModel
import RESP

/// The commands that planrun, the Sentinels and the target send exist under their own names on source and target.
struct RenamedCommandsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "renamed-commands", title: "no command that the migration needs is renamed")

    private static let both = [
        "AUTH", "CLIENT", "CONFIG", "EXEC", "INFO", "MULTI", "PING", "PUBLISH", "REPLICAOF", "ROLE", "SLAVEOF",
        "SUBSCRIBE",
    ]
    private static let source = ["PSYNC", "REPLCONF"]

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await [servers.source, servers.target].atOnce { server -> Finding in
            let isRedis = server.part == .source && servers.plan.source.engine != .dragonfly
            let names = Self.both + (isRedis ? Self.source : [])
            let command = Command(["COMMAND", "INFO"] + names)
            let entries = try await server.read(command) { $0.array ?? [] }
            // What a server does not have is an entry without content; Dragonfly leaves the entry out.
            let found = Set(entries.compactMap { $0.array?.first?.string?.uppercased() })
            let missing = names.filter { !found.contains($0) }
            guard !missing.isEmpty else { return .passed("all there") }
            return .missed(
                "\(server.name) has no \(missing.joined(separator: ", "))",
                wants: "these commands under their own names",
                at: [server.name],
                remedy: [
                    "take rename-command for them out of the configuration of \(server.endpoint), and use ACLs instead"
                ])
        }
        return .combined(findings, passed: "source and target have all of them")
    }
}
