package import RESP

/// An error for a reply that does not have the form that the command's reply should have.
package struct ReplyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The command that was sent, such as `INFO replication`.
    package let command: String
    /// What the reply should have held, as a noun phrase: `a line 'role:…'`.
    package let expected: String
    /// What the reply held instead, escaped.
    package let found: String
    /// The server's answer if it was an error. Compare its code: `LOADING`, `NOPERM`, `ERR`.
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
