package import Execution
import PlanModel

/// What a person is asked.
package struct ApprovalRequest: Sendable {
    package let step: String
    package let question: String
    /// Whether a yes leads to the point of no return: it is given by a whole word then.
    package let isBeforeCutover: Bool

    package init(step: String, question: String, isBeforeCutover: Bool) {
        self.step = step
        self.question = question
        self.isBeforeCutover = isBeforeCutover
    }
}

/// Asks a person, and says how they answered.
package protocol Approver: Sendable {
    /// - Parameter facts: what is true at this moment, read anew each time. Asked again and again while a person thinks:
    ///   an answer counts for the world in which the question was shown. It throws where nothing is to be asked any more.
    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval
}

package enum Approval: Sendable, Equatable {
    /// How it was given: `'cutover' at the terminal`, `--approve approval`.
    case given(String)
    case declined
    /// There is nobody to ask: no terminal, and no `--approve`.
    case nobodyToAsk
}

/// `approval`: waits for a person to say yes. Nothing is changed, and a yes stays given when the run is resumed.
package struct ApprovalOperation: Operation {
    let request: ApprovalRequest
    let servers: Servers
    let approver: any Approver

    package func inspect(_ context: StepContext) async throws -> Inspection {
        let situation = ApprovalSituation(servers: servers, context: context)
        switch try await approver.approval(of: request, facts: { try await situation.facts() }) {
        case .given(let how):
            // Also a yes that was given in advance is one to a world in which the conditions hold.
            try await Conditions.check(servers, context)
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

    package func undo(_ context: StepContext) async throws -> String? { nil }

    private func pause(_ what: String, help: [String]) -> StepFailure {
        StepFailure(
            code: .approvalMissing, what: what, world: ["nothing was changed by this step"], help: help, isPause: true
        )
    }
}
