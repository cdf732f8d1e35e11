import Execution
import Operations

/// Answers approvals: from the arguments, or by asking the person at the terminal.
struct TerminalApprover: Approver {
    let approvals: Approvals
    /// `nil`: there is nobody to ask.
    let answer: (@Sendable () -> CommandContext.Answer)?
    /// Prints the question; the live view makes room for it.
    let ask: @Sendable (String) -> Void
    let isDraining: @Sendable () -> Bool

    func approval(of step: String, question: String) async throws -> Approval {
        if approvals.all { return .given("--auto-approve") }
        if approvals.steps.contains(step) { return .given("--approve \(step)") }
        guard let answer else { return .nobodyToAsk }
        ask("\(question) [y/N] ")
        guard let line = try await line(from: answer) else { return .declined }
        return ["y", "yes"].contains(line.lowercased()) ? .given("\(line) at the terminal") : .declined
    }

    /// Without blocking a thread that others need; ends when the run is stopped. `nil` where nothing more is typed.
    private func line(from answer: @Sendable () -> CommandContext.Answer) async throws -> String? {
        while true {
            if isDraining() { throw CancellationError() }
            switch answer() {
            case .line(let line): return line
            case .ended: return nil
            case .notYet: try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
