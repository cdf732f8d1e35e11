import Execution
import RESP

extension Instance {
    /// Sends commands whose reply may never come although they were carried out, because they make the instance stop or
    /// keep it too busy to answer.
    ///
    /// - Throws: `StepFailure` if an error shows that not all of them were carried out. A return without an error
    ///   proves little: if no reply came, they may or may not have been carried out.
    func attempt(_ commands: [Command], timeout: Duration) async throws(StepFailure) {
        if let replies = try await possibleReplies(commands, timeout: timeout) {
            try refuseErrors(commands, replies[...])
        }
    }

    /// Sends commands whose reply may never come, and questions after them in the same round trip.
    /// - Returns: the answers to the questions, which may be error replies; `nil` if no reply came.
    /// - Throws: `StepFailure` if an error shows that not all commands were carried out.
    func attempt(
        _ commands: [Command], thenAsk questions: [Command], timeout: Duration
    ) async throws(StepFailure) -> [RESPValue]? {
        guard let replies = try await possibleReplies(commands + questions, timeout: timeout) else { return nil }
        try refuseErrors(commands, replies.dropLast(questions.count))
        return Array(replies.suffix(questions.count))
    }

    private func refuseErrors(_ commands: [Command], _ replies: ArraySlice<RESPValue>) throws(StepFailure) {
        for (command, reply) in zip(commands, replies) {
            if case .error(let error) = reply { throw refusal(of: command, error) }
        }
    }

    /// Sends commands for callers that must know whether they may have been carried out.
    /// - Returns: the replies; `nil` if no reply came, so that the commands may have been carried out.
    /// - Throws: `StepFailure` if they were certainly not carried out.
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
