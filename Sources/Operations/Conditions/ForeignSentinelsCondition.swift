import Execution
import PlanModel

/// No Sentinel of others has begun to watch one of the servers since the preflight. A plan whose preflight only warns of
/// it, or does not ask, is not stopped by it later.
struct ForeignSentinelsCondition: Condition {
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard servers.plan.severity(of: ForeignSentinelsCheck.declaration) == .fail else { return nil }
        let knowsPeers = servers.plan.severity(of: KnownSentinelsCheck.declaration) != .fail
        let result = try await ForeignSentinels(servers: servers, knowsPeers: knowsPeers).find()
        guard let finding = result.watches.first?.finding(servers.plan) else { return nil }
        return StepFailure(
            code: ForeignSentinelsCheck.declaration.id, what: finding.saw, place: finding.place,
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes"], help: finding.remedy)
    }
}

extension Plan {
    /// What it means for this plan when a check does not pass: the catalogue's word where no preflight says otherwise.
    func severity(of check: CheckDeclaration) -> CheckSeverity {
        for step in steps {
            if case .preflight(let preflight) = step.kind, let severity = preflight.settings[check.id]?.severity {
                return severity
            }
        }
        return check.severity
    }
}
