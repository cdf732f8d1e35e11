import Execution
import PlanModel
import RedisTopology
import Values

/// No script has run that Dragonfly might refuse: it requires scripts to declare the keys that they touch, and Redis
/// does not check that.
struct ScriptsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "scripts", title: "scripts run on the target as they do on the source", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.target.engine == .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let calls = try await servers.source.commandCalls()
        let count = ["eval", "evalsha", "eval_ro", "evalsha_ro"].compactMap { calls[$0] }.saturatingSum
        guard count > 0 else { return .passed("no scripts have run") }
        return .missed(
            "the source has run scripts \(count == 1 ? "once" : "\(count) times"), and Dragonfly refuses one that touches keys it does not declare",
            wants: "scripts that name all their keys in KEYS", at: [servers.source.name],
            remedy: ["try the scripts on the target, or start Dragonfly with --default_lua_flags=allow-undeclared-keys"]
        )
    }
}
