import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Source and target drop keys by the same rule when memory runs out. If the target drops keys and the source does not,
/// the check `takes-writes` reports it.
struct EvictionCheck: Check {
    static let declaration = CheckDeclaration(
        id: "eviction", title: "the target evicts keys by the same rule as the source", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let source = try await servers.source.memory()
        let target = try await servers.target.memory()
        let (from, to) = (source.policy ?? "noeviction", target.policy ?? "noeviction")
        guard !Eviction.isLoss(from: source, to: target) else {
            return .passed("the target evicts keys and the source does not: see the check 'takes-writes'")
        }
        if from == to { return .passed("both have \(from.printable)") }
        return .missed(
            "the source has maxmemory-policy \(from.printable), the target \(to.printable)", wants: "the same on both",
            at: [servers.target.name],
            remedy: [
                servers.plan.target.engine == .dragonfly
                    ? "Dragonfly evicts only when it is started with --cache_mode=true"
                    : "\(AdvisedCommand.eviction.line(from.printable)) on \(servers.target.endpoint)"
            ])
    }
}
