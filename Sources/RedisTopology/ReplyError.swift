package import RESP

/// A reply that is not what the command should have brought.
package struct ReplyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The command that was asked: `INFO replication`.
    package let command: String
    /// What should have come, as a noun phrase: `a line 'role:…'`.
    package let expected: String
    /// What came instead, escaped.
    package let found: String
    /// The server's refusal, where the reply was one. Match its code: `LOADING`, `NOPERM`, `ERR`.
    package let refusal: RESPError?

    package init(command: String, expected: String, found: String, refusal: RESPError? = nil) {
        self.command = command
        self.expected = expected
        self.found = found
        self.refusal = refusal
    }

    package init(command: String, expected: String, reply: RESPValue) {
        let refusal: RESPError? = if case .error(let error) = reply { error } else { nil }
        self.init(command: command, expected: expected, found: reply.summary, refusal: refusal)
    }

    /// One sentence without full stop.
    package var description: String {
        if refusal != nil { return "the server refused '\(command)' with \(found)" }
        return "the reply to '\(command)' holds \(found) where \(expected) belongs"
    }
}
