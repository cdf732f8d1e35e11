package import Execution
import PlanModel

/// `approval`: waits for a person to say yes. It changes nothing, and once a yes is given, a resumed run does not ask
/// again.
package struct ApprovalOperation: Operation {
    let request: ApprovalRequest
    /// The conditions end with the cutover: the source is a replica then.
    let isAfterCutover: Bool
    let servers: Servers
    let approver: any Approver

    package func inspect(_ context: StepContext) async throws -> Inspection {
        let situation = ApprovalSituation(servers: servers, context: context, isAfterCutover: isAfterCutover)
        let facts = { @Sendable in
            context.report(Progress("an answer to '\(request.question)'", wanted: "yes"))
            return try await situation.facts()
        }
        switch try await approver.approval(of: request, facts: facts) {
        case .given(let how):
            // Somebody may have said yes in advance (`--approve`), without seeing that a condition is violated. So the
            // conditions are checked here, too.
            if !isAfterCutover { try await Conditions.check(servers, context) }
            return .done("approved: \(how)")
        case .declined: throw pause("the answer to '\(request.question)' was not yes", help: [])
        case .nobodyToAsk:
            throw pause(
                "nobody has said yes to '\(request.question)'",
                help: ["resume with '--approve \(request.step)' to say yes"])
        }
    }

    package func perform(_ context: StepContext) async throws {}

    package func verify(_ context: StepContext) async throws -> StepResult { StepResult("approved") }

    package func undo(_ context: StepContext) async throws -> StepResult? { nil }

    private func pause(_ what: String, help: [String]) -> StepFailure {
        StepFailure(
            code: .approvalMissing, what: what, world: ["nothing was changed by this step"], help: help, isPause: true
        )
    }
}
