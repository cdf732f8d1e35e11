import FoundationEssentials
import NIOCore
import NIOSSL
import RESP
import Values

/// The TLS settings for one server: the context made from its files, and the name that the server has to prove.
///
/// The name is checked here and not by the TLS library: the library would accept a certificate that carries the IP
/// address connected to, whatever name was expected.
struct TLSClient {
    private let context: NIOSSLContext
    /// The host name or IP that the certificate must carry.
    private let expected: String
    private let verifies: Bool
    /// The path of the CA file, for messages; `nil` if the system's authorities are trusted.
    private let caFile: String?

    init(_ options: TLSOptions, address: Endpoint) throws(SessionError) {
        expected = options.serverName ?? address.host
        verifies = options.verifiesCertificates
        caFile = options.caFile
        do {
            context = try NIOSSLContext(configuration: TLSConfiguration(options))
        } catch {
            throw SessionError(
                code: .tlsFailed, address: address, sentence: TLSFailure.sentence(error), mayHaveBeenExecuted: false)
        }
    }

    func makeHandler() throws -> NIOSSLClientHandler {
        // RFC 6066 §3 forbids IP addresses as server names in the handshake.
        let name = CertificateName(expected).isAddress ? nil : expected
        return try NIOSSLClientHandler(context: context, serverHostname: name)
    }

    /// Makes a handler that passes the server's certificates on and refuses them in any case.
    func makeInspector(_ look: @escaping @Sendable ([NIOSSLCertificate]) -> Void) throws -> NIOSSLClientHandler {
        let name = CertificateName(expected).isAddress ? nil : expected
        return try NIOSSLClientHandler(
            context: context, serverHostname: name,
            customVerificationCallback: { certificates, verdict in
                look(certificates)
                verdict.succeed(.failed)
            })
    }

    /// Says why a chain was refused; the TLS library says only that it could not verify it.
    func explain(_ chain: [NIOSSLCertificate], now: Date = Date()) -> String {
        let seconds = Int(now.timeIntervalSince1970)
        if let expired = chain.first(where: { $0.notValidAfter < seconds }) {
            return "the server's certificate expired on \(Self.day(expired.notValidAfter))"
        }
        if let early = chain.first(where: { $0.notValidBefore > seconds }) {
            return "the server's certificate is not valid before \(Self.day(early.notValidBefore))"
        }
        if let caFile { return "the server's certificate is not signed by a CA in '\(caFile.printable)'" }
        return
            "the server's certificate is not signed by a CA that this system trusts; name the CA that signed it, if it is your own"
    }

    private static func day(_ time: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601.year().month().day())
    }

    /// Says why the server is not the one that was meant; `nil` if it is. The chain has been verified before.
    func objection(to certificate: NIOSSLCertificate?) -> String? {
        guard verifies else { return nil }
        guard let certificate else { return "the server showed no certificate" }
        let names = CertificateName.all(of: certificate)
        let wanted = CertificateName(expected)
        if names.contains(where: { $0.covers(wanted) }) { return nil }
        let shown = "'\(expected.printable(limit: 200))'"
        guard !names.isEmpty else {
            return "the server's certificate has no subject alternative names, so it cannot prove to be \(shown)"
        }
        let list = names.map { "'\($0.text.printable(limit: 100))'" }.joined(separator: ", ")
        return "the server's certificate is for \(list) and not for \(shown)"
    }
}

extension TLSConfiguration {
    init(_ options: TLSOptions) throws {
        self = .makeClientConfiguration()
        certificateVerification = options.verifiesCertificates ? .noHostnameVerification : .none
        if let path = options.caFile {
            trustRoots = .certificates(try TLSFile(path, "CA").certificates())
        }
        guard let path = options.certificateFile else { return }
        let certificate = TLSFile(path, "certificate")
        certificateChain = try certificate.certificates().map { .certificate($0) }
        // Without a key file, the certificate file holds both the certificate and its key.
        let key = options.keyFile.map { TLSFile($0, "key") } ?? certificate
        privateKey = .privateKey(try key.privateKey())
    }
}
