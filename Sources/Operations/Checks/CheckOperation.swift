package import Execution
import PlanModel

/// Carries out a check as a node of the graph.
package struct CheckOperation: Operation {
    let check: any Check
    let severity: CheckSeverity
    let limits: CheckLimits
    let servers: Servers

    package func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    package func perform(_ context: StepContext) async throws {}

    package func verify(_ context: StepContext) async throws -> StepResult {
        let finding = try await finding()
        if finding.passes { return StepResult(finding.saw) }
        guard finding.isTold else { return StepResult(finding.saw, verdict: .warned, help: finding.remedy) }
        switch severity {
        case .fail:
            throw StepFailure(
                code: .check(type(of: check).declaration), what: finding.saw, wanted: finding.wants,
                place: finding.place,
                world: ["checks change nothing"], help: finding.remedy)
        case .warn:
            return StepResult("\(finding.saw); wanted: \(finding.wants)", verdict: .warned, help: finding.remedy)
        case .off: preconditionFailure("a check that is off has no node")
        }
    }

    package func undo(_ context: StepContext) async throws -> String? { nil }

    /// What the check found. If a check of severity `warn` gets no answer, it warns too: no answer could have stopped
    /// the run.
    private func finding() async throws -> Finding {
        do {
            return try await check.run(servers, limits: limits)
        } catch let failure as StepFailure {
            guard severity == .warn else { throw failure }
            return .missed(
                "this check could not be made: \(failure.what)", wants: "an answer", at: failure.place,
                remedy: failure.help)
        }
    }
}
