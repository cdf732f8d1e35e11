import Execution
import RESP

extension Instance {
    /// Sends commands whose reply may never come although they were carried out, because the instance stops or is too
    /// busy to answer.
    ///
    /// - Throws: `StepFailure` where they were certainly not all carried out. A return without an error says less:
    ///   where no reply came, they may have been carried out or not.
    func attempt(_ commands: [Command], timeout: Duration) async throws(StepFailure) {
        if let replies = try await possibleReplies(commands, timeout: timeout) {
            try refuseErrors(commands, replies[...])
        }
    }

    /// Sends the same with a question in the same message.
    /// - Returns: the answer to the question, which may be an error reply; `nil` where none came.
    func attempt(
        _ commands: [Command], thenAsk question: Command, timeout: Duration
    ) async throws(StepFailure) -> RESPValue? {
        guard let replies = try await possibleReplies(commands + [question], timeout: timeout) else { return nil }
        try refuseErrors(commands, replies.dropLast())
        return replies.last
    }

    private func refuseErrors(_ commands: [Command], _ replies: ArraySlice<RESPValue>) throws(StepFailure) {
        for (command, reply) in zip(commands, replies) {
            if case .error(let error) = reply { throw refusal(of: command, error) }
        }
    }

    /// Sends commands of which it matters whether they were carried out.
    /// - Returns: the replies; `nil` where none came and the commands may have been carried out.
    /// - Throws: `StepFailure` where they were certainly not carried out.
    func possibleReplies(
        _ commands: [Command], timeout: Duration
    ) async throws(StepFailure) -> [RESPValue]? {
        do {
            return try await session.pipeline(commands, timeout: timeout)
        } catch {
            guard error.mayHaveBeenExecuted else { throw failure(error) }
            return nil
        }
    }
}
