package import Execution

/// Asks a person, and says how they answered.
package protocol Approver: Sendable {
    func approval(of step: String, question: String) async throws -> Approval
}

package enum Approval: Sendable, Equatable {
    /// How it was given: `y at the terminal`, `--approve approval`.
    case given(String)
    case declined
    /// There is nobody to ask: no terminal, and no `--approve`.
    case nobodyToAsk
}

/// `approval`: waits for a person to say yes. Nothing is changed, and a yes stays given when the run is resumed.
package struct ApprovalOperation: Operation {
    let step: String
    let question: String
    let approver: any Approver

    package func inspect(_ context: StepContext) async throws -> Inspection {
        switch try await approver.approval(of: step, question: question) {
        case .given(let how): return .done("approved: \(how)")
        case .declined: throw pause("the answer to '\(question)' was not yes", help: [])
        case .nobodyToAsk:
            throw pause(
                "nobody has said yes to '\(question)'", help: ["resume with '--approve \(step)' to say yes"])
        }
    }

    package func perform(_ context: StepContext) async throws {}

    package func verify(_ context: StepContext) async throws -> StepResult { StepResult("approved") }

    package func undo(_ context: StepContext) async throws -> String? { nil }

    private func pause(_ what: String, help: [String]) -> StepFailure {
        StepFailure(
            code: "approval-missing", what: what, world: ["nothing was changed by this step"], help: help, isPause: true
        )
    }
}
