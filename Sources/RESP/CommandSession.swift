package import Values

/// A conversation with one server: commands in, replies out, in order.
///
/// A session outlives its connection. It connects at the first pipeline, and again at the next one after a loss, with
/// backoff. An error reply is returned as a value. An error is thrown only if no reply arrived.
package protocol CommandSession: Sendable {
    var address: Endpoint { get }

    /// Sends all commands in one write and returns one reply for each.
    /// - Parameter timeout: how long to wait for the last reply; `nil` takes `replyTimeout` of the connection settings.
    func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue]

    /// Sends all commands in one write and gives the bytes of the replies to `reader` as they come.
    /// - Returns: the reader, which has had all replies.
    func pipeline<Reader: ReplyReader>(
        _ batch: CommandBatch, into reader: Reader, timeout: Duration?
    ) async throws(SessionError) -> Reader

    /// Ends the connection; commands in flight fail with `closed`.
    func close() async
}

extension CommandSession {
    package func send(_ command: Command, timeout: Duration? = nil) async throws(SessionError) -> RESPValue {
        let replies = try await pipeline([command], timeout: timeout)
        guard let reply = replies.first, replies.count == 1 else {
            preconditionFailure("a pipeline of one command returned \(replies.count) replies")
        }
        return reply
    }
}

/// Why no reply came.
package struct SessionError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, Equatable, CaseIterable {
        case hostUnresolvable = "host-unresolvable"
        case connectionRefused = "connection-refused"
        case connectTimeout = "connect-timeout"
        case tlsFailed = "tls-failed"
        /// The server refused `AUTH`, or asks for a password and none was given.
        case authenticationFailed = "authentication-failed"
        case replyTimeout = "reply-timeout"
        case connectionLost = "connection-lost"
        case protocolViolation = "protocol-violation"
        /// The server sent more than planrun keeps in memory for one reply, or for all replies of a connection.
        case replyTooLarge = "reply-too-large"
        case closed = "session-closed"
    }

    package let code: Code
    package let address: Endpoint
    /// One sentence for a person, without full stop; server text in it is escaped.
    package let sentence: String
    /// Whether the server may have carried the commands out although no reply came.
    package let mayHaveBeenExecuted: Bool

    package init(code: Code, address: Endpoint, sentence: String, mayHaveBeenExecuted: Bool) {
        self.code = code
        self.address = address
        self.sentence = sentence
        self.mayHaveBeenExecuted = mayHaveBeenExecuted
    }

    package static func unresolvable(_ address: Endpoint) -> SessionError {
        SessionError(
            code: .hostUnresolvable, address: address,
            sentence: "the host name '\(address.host.printable(limit: 200))' cannot be resolved",
            mayHaveBeenExecuted: false)
    }

    /// Whether trying again later can help; wrong credentials and certificates stay wrong.
    package var isTransient: Bool {
        switch code {
        case .connectionRefused, .connectTimeout, .replyTimeout, .connectionLost, .hostUnresolvable: true
        case .tlsFailed, .authenticationFailed, .protocolViolation, .replyTooLarge, .closed: false
        }
    }
}
