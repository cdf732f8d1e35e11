import Execution
import Glibc
import Operations

/// Answers approvals: from the arguments, or by asking the person at the terminal.
struct TerminalApprover: Approver {
    let approvesAll: Bool
    /// Ids that were approved on the command line.
    let approved: Set<String>
    let canAsk: Bool
    /// Prints the question; the live view makes room for it.
    let ask: @Sendable (String) -> Void
    let isDraining: @Sendable () -> Bool

    func approval(of step: String, question: String) async throws -> Approval {
        if approvesAll { return .given("--auto-approve") }
        if approved.contains(step) { return .given("--approve \(step)") }
        guard canAsk else { return .nobodyToAsk }
        ask("\(question) [y/N] ")
        guard let answer = try await readLine() else { return .declined }
        return ["y", "yes"].contains(answer.lowercased()) ? .given("\(answer) at the terminal") : .declined
    }

    /// A line from standard input, without blocking a thread that others need; ends when the run is stopped.
    private func readLine() async throws -> String? {
        while true {
            if isDraining() { throw CancellationError() }
            var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&descriptor, 1, 0) > 0 { return Swift.readLine() }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
