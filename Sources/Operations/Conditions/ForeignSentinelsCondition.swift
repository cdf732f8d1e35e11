import Execution
import PlanModel

/// No Sentinel of others has begun to watch one of the servers since the preflight. A plan whose preflight only warns of
/// it, or does not ask, is not stopped by it later.
struct ForeignSentinelsCondition: Condition {
    func rights(in plan: Plan) -> Rights {
        plan.severity(of: ForeignSentinelsCheck.declaration) == .fail ? ForeignSentinels.rights(plan) : .none
    }

    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard servers.plan.severity(of: ForeignSentinelsCheck.declaration) == .fail else { return nil }
        let knowsPeers = servers.plan.severity(of: KnownSentinelsCheck.declaration) != .fail
        let result = try await ForeignSentinels(servers: servers, knowsPeers: knowsPeers).find()
        guard let finding = result.watches.first?.finding(servers.plan) else { return nil }
        return StepFailure(
            code: .check(ForeignSentinelsCheck.declaration), what: finding.saw, place: finding.place,
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes"], help: finding.remedy)
    }
}
