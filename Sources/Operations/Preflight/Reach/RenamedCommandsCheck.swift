import Execution
import PlanModel
import RESP
import Values

/// Source and target know the commands that planrun, the Sentinels and the target send, under their usual names.
struct RenamedCommandsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "renamed-commands", title: "no command that the migration needs is renamed")

    private static let both = [
        "AUTH", "CLIENT", "CONFIG", "EXEC", "INFO", "MULTI", "PING", "PUBLISH", "REPLICAOF", "ROLE", "SLAVEOF",
        "SUBSCRIBE",
    ]
    private static let source = ["PSYNC", "REPLCONF"]
    /// A rollback empties the target with this command.
    private static let target = ["FLUSHALL"]

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source, .target], [.commandTable]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await [servers.source, servers.target].atOnce { server -> Finding in
            let isRedis = server.part == .source && servers.plan.source.engine != .dragonfly
            let names = Self.both + (isRedis ? Self.source : []) + (server.part == .target ? Self.target : [])
            let missing = try await Self.missing(names, at: server)
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

    /// The names under which the server knows no command.
    ///
    /// Each name needs a `COMMAND INFO` of its own, since Dragonfly reads the first name only. For an unknown name
    /// Dragonfly answers null, and Redis a list that holds a null.
    private static func missing(_ names: [String], at server: Server) async throws(StepFailure) -> [String] {
        let questions = names.map { Command(["COMMAND", "INFO", $0]) }
        var missing: [String] = []
        for (name, (question, reply)) in zip(names, zip(questions, try await server.replies(to: questions))) {
            let found = try server.value(of: reply, to: question) { $0.array?.first?.array?.first?.string }
            if found?.uppercased() != name { missing.append(name) }
        }
        return missing
    }
}
