import NIOSSL
import RESP

/// Puts an error of the TLS library, whose own words are names of constants, into a sentence.
enum TLSFailure {
    static func sentence(_ cause: any Error) -> String {
        if let failure = cause as? TLSFile.Failure { return failure.sentence }
        let words = "\(cause)"
        for (sign, sentence) in sentences where words.contains(sign) { return sentence }
        return "the TLS handshake failed ('\(reason(in: words).printable(limit: 200))')"
    }

    /// Takes the constant out of a text such as `… OPENSSL_internal:NO_SHARED_CIPHER at /…/tls_record.cc:491])`;
    /// returns the whole text if there is none.
    private static func reason(in words: String) -> String {
        guard let constant = words.split(separator: ":").first(where: { $0.contains(" at /") }),
            let end = constant.split(separator: " ").first
        else { return words }
        return String(end)
    }

    /// Whether the chain leads to no trusted CA or has a certificate that is out of date; the library does not say
    /// which.
    static func isUnverified(_ cause: any Error) -> Bool { "\(cause)".contains("CERTIFICATE_VERIFY_FAILED") }

    /// Constants of BoringSSL and their meaning. The library's error type shows them only in its description.
    private static let sentences = [
        ("WRONG_VERSION_NUMBER", "the server does not speak TLS on this port"),
        ("CERTIFICATE_VERIFY_FAILED", "the server's certificate could not be verified"),
        ("CERTIFICATE_REQUIRED", "the server asks for a client certificate"),
        ("UNKNOWN_CA", "the server does not trust the CA of planrun's client certificate"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "the server refuses planrun's client certificate"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "the server says that planrun's client certificate has expired"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "the server and planrun have no TLS version or cipher in common"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "the server and planrun have no TLS version in common"),
        ("UNSUPPORTED_PROTOCOL", "the server and planrun have no TLS version in common"),
        // An OpenSSL that is configured for TLS 1.1 but has lost the ciphers for it answers with this alert.
        (
            "TLSV1_ALERT_INTERNAL_ERROR",
            "the server broke off the TLS handshake by an error of its own, which its log names; often because it "
                + "allows nothing newer than TLS 1.1 ('tls-protocols')"
        ),
        // Both files could be read before, so what is wrong is that they do not belong together.
        ("failedToLoadPrivateKey", "the key file does not belong to the certificate file"),
        ("KEY_VALUES_MISMATCH", "the key file does not belong to the certificate file"),
        ("EOF during handshake", "the server ended the connection during the TLS handshake"),
        (
            "cannotUseIPAddressInSNI",
            "the server name is an IP address where a host name belongs"
        ),
        ("invalidSNIHostname", "the server name is no host name"),
    ]
}
