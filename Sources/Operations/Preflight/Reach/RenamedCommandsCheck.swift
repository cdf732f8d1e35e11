import Execution
import PlanModel
import RESP
import Values

/// Source and target know the commands that planrun, the Sentinels and the target send, under their usual names.
///
/// Which ones planrun sends is what the plan's steps declare as the rights that they need.
struct RenamedCommandsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "renamed-commands", title: "no command that the migration needs is renamed")

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source, .target], [.commandTable]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await [servers.source, servers.target].atOnce { server -> Finding in
            let missing = try await Self.missing(Self.names(at: server, servers), at: server)
            guard !missing.isEmpty else { return .passed("all there") }
            return .missed(
                "\(server.name) has no \(missing.joined(separator: ", "))",
                wants: "these commands under their own names",
                at: [server.name],
                remedy: [
                    "take rename-command for them out of the configuration of \(server.endpoint), and use ACLs instead"
                ])
        }
        return .combined(findings, passed: "source and target have every command that the plan needs")
    }

    private static func names(at server: Server, _ servers: Servers) -> [String] {
        let isSource = server.part == .source
        var rights = servers.rightsWithoutChecks[isSource ? .source : .target]
        if servers.plan.sentinel != nil { rights += Right.sentinelAtInstance }
        // A Dragonfly has a protocol of its own for replicas that are Dragonflies, too.
        if isSource, servers.plan.source.engine != .dragonfly { rights += Right.replication }
        return Set(rights.compactMap(\.call.first) + ["AUTH"]).sorted()
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
