import Execution
import PlanModel

/// Nothing keeps the target from accepting, and keeping, every write that the source accepts.
///
/// If a plan lowers the severity of the check `takes-writes`, this condition is off as well.
struct TargetTakesWrites: Condition {
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        let check = TargetTakesWritesCheck.declaration
        guard TargetTakesWritesCheck.applies(to: servers.plan),
            servers.plan.severity(of: check) == .fail
        else { return nil }
        let finding = Finding.combined(try await WriteGate.read(servers).obstacles, passed: "")
        guard !finding.passes else { return nil }
        return StepFailure(
            code: .check(check), what: finding.saw, wanted: finding.wants, place: finding.place,
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes"], help: finding.remedy)
    }
}
