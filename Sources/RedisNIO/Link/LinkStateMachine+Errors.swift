import RESP

extension LinkStateMachine {
    func closedError(executed: Bool) -> SessionError {
        SessionError(
            code: .closed, address: address, sentence: "the session was closed", mayHaveBeenExecuted: executed)
    }

    func cancelledError(executed: Bool) -> SessionError {
        SessionError(
            code: .closed, address: address, sentence: "the command was cancelled", mayHaveBeenExecuted: executed)
    }

    func lost(_ sentence: String) -> SessionError {
        SessionError(code: .connectionLost, address: address, sentence: sentence, mayHaveBeenExecuted: true)
    }

    /// Why a connection cannot be used after an error reply to its greeting; `nil` if it can.
    ///
    /// Not every such error is about the credentials: a server that is loading, is in protected mode or has no room for
    /// one more client says so in place of the answer.
    func rejection(_ refusal: RESPError, of greeting: Greeting?) -> SessionError? {
        let words = refusal.message.printable(limit: 200)
        let isFull = refusal.message.hasPrefix("ERR max number of clients")
        switch refusal.code {
        case "LOADING", "BUSY", "MASTERDOWN", "DENIED",
            _ where isFull:
            return SessionError(
                code: .connectionLost, address: address, sentence: "the server does not take connections ('\(words)')",
                mayHaveBeenExecuted: false)
        default:
            guard greeting == .login else { return nil }
            return SessionError(
                code: .authenticationFailed, address: address,
                sentence: "the server refused AUTH ('\(words)')"
                    + (passwordDoubt.map { "; the password that was sent \($0)" } ?? ""),
                mayHaveBeenExecuted: false)
        }
    }
}

extension SessionError {
    func executed(_ mayHaveBeenExecuted: Bool) -> SessionError {
        SessionError(code: code, address: address, sentence: sentence, mayHaveBeenExecuted: mayHaveBeenExecuted)
    }
}

extension RESPValue {
    /// The error of a server that wants `AUTH` first; `nil` if this is another reply.
    var noAuth: RESPError? {
        if case .error(let error) = self, error.code == "NOAUTH" { error } else { nil }
    }
}

extension Duration {
    /// `250 ms`, `5 s`, `1.5 s`.
    var inWords: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let rest = milliseconds % 1000
        if rest == 0 { return "\(milliseconds / 1000) s" }
        return "\(milliseconds / 1000).\(rest / 100) s"
    }
}
