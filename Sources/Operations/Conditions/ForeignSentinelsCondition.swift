import Execution
import PlanModel

/// Since the preflight no Sentinel outside the plan has begun to watch a server of the plan. If the plan's preflight
/// only warns of such Sentinels, or does not look for them, this condition does not stop the run either.
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
