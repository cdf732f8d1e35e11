import NIOCore
import NIOPosix
import NIOSSL
import RESP
import Values

/// What went wrong on a connection, as an error with a sentence for a person.
struct ConnectFailure {
    let error: SessionError
    /// Whether the server's certificates were refused; then a look at them can say what is wrong with them.
    let isUnverified: Bool

    init(_ cause: any Error, address: Endpoint) {
        let (code, sentence) = Self.explain(cause, address)
        isUnverified = TLSFailure.isUnverified(cause)
        error = SessionError(code: code, address: address, sentence: sentence, mayHaveBeenExecuted: false)
    }

    private static func explain(_ cause: any Error, _ address: Endpoint) -> (SessionError.Code, String) {
        switch cause {
        case let error as NIOConnectionError: return explain(error, address)
        case let error as IOError: return explain(error)
        case ChannelError.connectTimeout(let time): return (.connectTimeout, "no connection within \(time.inWords)")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: return (.tlsFailed, TLSFailure.sentence(cause))
        default: return (.connectionLost, "the connection broke: \("\(cause)".printable(limit: 200))")
        }
    }

    private static func explain(_ error: IOError) -> (SessionError.Code, String) {
        switch error.errnoCode {
        case ECONNREFUSED: (.connectionRefused, "the connection was refused: nothing listens there")
        case ETIMEDOUT: (.connectTimeout, "the host does not answer")
        case EHOSTUNREACH, ENETUNREACH: (.connectionRefused, "there is no route to the host")
        case EMFILE, ENFILE:
            (.connectionLost, "this process has as many files and connections open as it may; raise 'ulimit -n'")
        case ECONNRESET, EPIPE: (.connectionLost, "the server reset the connection")
        default: (.connectionLost, "the connection broke: \("\(error)".printable(limit: 200))")
        }
    }

    /// Explains why a host name could not be connected to: it could not be looked up, or none of its addresses took the
    /// connection.
    private static func explain(
        _ error: NIOConnectionError, _ address: Endpoint
    ) -> (SessionError.Code, String) {
        let attempts = error.connectionErrors.map { ($0.target, explain($0.error, address)) }
        guard let (_, first) = attempts.first else {
            return (.hostUnresolvable, SessionError.unresolvable(address).sentence)
        }
        if attempts.count == 1 { return first }
        let all = attempts.map { "\($0.ipAddress ?? "?"): \($1.1)" }.joined(separator: "; ")
        return (first.0, "none of its \(attempts.count) addresses took the connection (\(all))")
    }
}

extension TimeAmount {
    var inWords: String { Duration.nanoseconds(nanoseconds).inWords }
}
