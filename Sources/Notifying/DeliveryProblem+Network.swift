import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Values

extension DeliveryProblem {
    /// Puts an error of the network into words. The words of the libraries are not repeated: they may hold the address.
    init(_ cause: any Error, within timeout: Duration) {
        let words: String =
            switch cause {
            case let error as HTTPClientError: Self.words(error, timeout)
            case let error as NIOConnectionError: Self.words(error, timeout)
            case let error as IOError: Self.words(error)
            case HTTPParserError.invalidEOFState: Self.closed
            case is HTTPParserError: Self.noWebServer
            case ChannelError.connectTimeout: "no connection within \(timeout.planText)"
            case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: Self.tlsWords(cause)
            case is CancellationError: Self.cutOff.words
            default: "the connection broke"
            }
        self.init(words: words, canPass: true)
    }

    private static let closed = "it closed the connection without an answer"
    private static let noWebServer = "its answer is not one of a web server"

    private static func words(_ error: HTTPClientError, _ timeout: Duration) -> String {
        switch error {
        case .deadlineExceeded, .readTimeout: "no answer within \(timeout.planText)"
        case .connectTimeout, .getConnectionFromPoolTimeout: "no connection within \(timeout.planText)"
        case .tlsHandshakeTimeout: "the TLS handshake did not end within \(timeout.planText)"
        case .remoteConnectionClosed, .uncleanShutdown: closed
        case .cancelled: cutOff.words
        case .invalidURL, .emptyHost: "its 'url' is not one that planrun can use"
        default: noWebServer
        }
    }

    private static func words(_ error: NIOConnectionError, _ timeout: Duration) -> String {
        guard let first = error.connectionErrors.first?.error else { return "its host has no address" }
        return DeliveryProblem(first, within: timeout).words
    }

    private static func words(_ error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "the connection was refused"
        case ETIMEDOUT: "its host does not answer"
        case EHOSTUNREACH, ENETUNREACH: "there is no route to its host"
        case EMFILE, ENFILE: "this process has as many connections open as it may"
        default: "the connection broke"
        }
    }

    private static func tlsWords(_ cause: any Error) -> String {
        let words = "\(cause)"
        if words.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate could not be verified" }
        if words.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS on this port" }
        return "the TLS handshake failed"
    }
}
