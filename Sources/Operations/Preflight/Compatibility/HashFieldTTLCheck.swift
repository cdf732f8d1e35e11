import Execution
import PlanModel

/// TTLs on single fields of a hash arrive only on a target that knows them.
struct HashFieldTTLCheck: Check {
    static let declaration = CheckDeclaration(
        id: "hash-field-ttl", title: "TTLs of hash fields survive the move")

    private static let commands = ["hexpire", "hpexpire", "hexpireat", "hpexpireat", "hsetex", "hgetex"]

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let calls = try await servers.source.commandCalls()
        let count = Self.commands.reduce(Int64(0)) { $0 + (calls[$1] ?? 0) }
        guard count > 0 else { return .passed("no field of a hash has been given a TTL") }
        let isDragonfly = servers.plan.target.engine == .dragonfly
        if !isDragonfly, try await servers.target.commandFlags()["hexpire"] != nil {
            return .passed("the target knows TTLs of hash fields")
        }
        return .missed(
            "fields of hashes were given a TTL \(count) times",
            wants: isDragonfly
                ? "none: Dragonfly keeps them only in newer builds (dragonfly PR#8251)" : "a target that knows HEXPIRE",
            at: [servers.target.name], remedy: ["take a target that keeps them, or do without such TTLs first"])
    }
}
