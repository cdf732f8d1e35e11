import Execution
import PlanModel

/// Only the plan's Sentinels watch the source, the target and the source's other replicas, and they watch them under
/// one name only.
struct ForeignSentinelsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "foreign-sentinels", title: "no Sentinel outside the plan watches one of its servers")

    static func rights(in plan: Plan) -> Rights { ForeignSentinels.rights(plan) }

    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        // Other Sentinels that the plan's Sentinels know are left out: the check `known-sentinels` reports them.
        let result = try await ForeignSentinels(servers: servers, knowsPeers: true).find()
        let untold = result.untold.map { server in
            Finding.untold(
                "somebody subscribes to the Sentinels' channel on \(server.name), and planrun may not listen there",
                at: [server.name],
                remedy: [
                    "give planrun's user on \(server.endpoint) the right to listen: +subscribe &__sentinel__:hello"
                ])
        }
        return .combined(
            result.watches.map { $0.finding(servers.plan) } + untold,
            passed: servers.plan.sentinel == nil
                ? "no Sentinel watches source or target" : "only the plan's Sentinels watch them, under one name")
    }
}
