import Execution
import PlanModel
import RedisTopology
import Values

/// If applications have set TTLs on single fields of a hash, the target supports such TTLs.
///
/// Commands are counted since the start of the source, so that it is asked for the hashes that it has, too. A Dragonfly
/// that is sent such a hash in a full sync lacks most of the other keys afterwards, and says that it is in sync.
struct HashFieldTTLCheck: Check {
    static let declaration = CheckDeclaration(
        id: "hash-field-ttl", title: "TTLs of hash fields survive the move")

    private static let commands = ["hexpire", "hpexpire", "hexpireat", "hpexpireat", "hsetex", "hgetex"]

    static func rights(in plan: Plan) -> Rights { Rights(at: [.target], [.commandTable]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let calls = try await servers.source.commandCalls()
        let count = Self.commands.compactMap { calls[$0] }.saturatingSum
        let hashes = try await servers.source.keyspace().databases.values.map(\.hashesWithTTLs).saturatingSum
        guard count > 0 || hashes > 0 else { return .passed("no field of a hash has been given a TTL") }
        let (source, target) = (servers.plan.source.engine, servers.plan.target.engine)
        if source == target, try await servers.target.commandFlags()["hexpire"] != nil {
            return .passed("the target knows TTLs of hash fields")
        }
        return .missed(
            saw(calls: count, hashes),
            wants: wanted(source, target),
            at: [servers.target.name], remedy: ["take a target that keeps them, or do without such TTLs first"])
    }

    private func saw(calls count: Int64, _ hashes: Int64) -> String {
        let calls = count == 0 ? nil : "fields of hashes were given a TTL \(count == 1 ? "once" : "\(count) times")"
        let found = hashes == 0 ? nil : "\(hashes) \(hashes == 1 ? "hash has" : "hashes have") fields with a TTL"
        return [calls, found].compactMap(\.self).joined(separator: "; ")
    }

    private func wanted(_ source: Engine, _ target: Engine) -> String {
        switch (source, target) {
        case (_, .dragonfly): "none: Dragonfly keeps them only in newer builds (dragonfly PR#8251)"
        case (.redis, .valkey), (.valkey, .redis):
            "none: redis and valkey write such a hash in formats of their own, which the other refuses (valkey#2543)"
        case (.redis, .redis), (.valkey, .valkey), (.dragonfly, _): "a target that knows HEXPIRE"
        }
    }
}
