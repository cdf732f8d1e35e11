import NIOSSL
import RESP

/// The sentence for an error of the TLS library.
enum TLSFailure {
    static func sentence(_ cause: any Error) -> String {
        "the TLS handshake failed: \("\(cause)".printable(limit: 300))"
    }
}
