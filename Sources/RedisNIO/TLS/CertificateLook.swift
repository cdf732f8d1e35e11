import NIOCore
import NIOSSL
import NIOTLS
import RESP
import Values

/// A TLS handshake that is made only to see the server's certificate. Nothing is sent after it.
struct CertificateLook {
    private let settings: ConnectionSettings
    private let options: TLSOptions

    init(_ settings: ConnectionSettings, _ options: TLSOptions) {
        self.settings = settings
        self.options = options
    }

    func server(on loop: any EventLoop) async throws(SessionError) -> TLSCertificate {
        let tls = try TLSClient(options, address: settings.address)
        let seen = loop.makePromise(of: Int64.self)
        let opening = Dial(settings, on: loop).open { channel in
            try channel.pipeline.syncOperations.addHandler(tls.makeHandler())
            try channel.pipeline.syncOperations.addHandler(HandshakeHandler(seen))
        }
        opening.cascadeFailure(to: seen)
        let timer = loop.scheduleTask(in: TimeAmount(settings.connectTimeout)) {
            seen.fail(ChannelError.connectTimeout(TimeAmount(settings.connectTimeout)))
        }
        do {
            let end = try await seen.futureResult.get()
            timer.cancel()
            return TLSCertificate(owner: .server, notAfter: end)
        } catch {
            timer.cancel()
            throw ConnectFailure(error, address: settings.address).error
        }
    }
}

/// Reports when the server's certificate expires, and closes the connection.
private final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let seen: EventLoopPromise<Int64>

    init(_ seen: EventLoopPromise<Int64>) {
        self.seen = seen
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? TLSUserEvent, case .handshakeCompleted = event else { return }
        if let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() {
            seen.succeed(Int64(certificate.notValidAfter))
        } else {
            seen.fail(ChannelError.eof)
        }
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        seen.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { seen.fail(ChannelError.eof) }
}

extension TLSFile {
    /// The certificates in the files that the settings name.
    static func certificates(
        _ options: TLSOptions, address: Endpoint
    ) throws(SessionError) -> [TLSCertificate] {
        do {
            var certificates: [TLSCertificate] = []
            // planrun cannot know which certificate of a CA file will be needed, so it reports the one that expires
            // last. In the client's chain the first certificate is the client's own.
            if let path = options.caFile, let end = try TLSFile(path, "CA").certificates().map(\.notValidAfter).max() {
                certificates.append(TLSCertificate(owner: .authority, notAfter: Int64(end)))
            }
            if let path = options.certificateFile,
                let end = try TLSFile(path, "certificate").certificates().first?.notValidAfter
            {
                certificates.append(TLSCertificate(owner: .client, notAfter: Int64(end)))
            }
            return certificates
        } catch {
            throw SessionError(
                code: .tlsFailed, address: address, sentence: TLSFailure.sentence(error), mayHaveBeenExecuted: false)
        }
    }
}
