import NIOCore
import NIOSSL
import NIOTLS
import RESP

/// The last handler of a connection: it turns bytes into values, and everything that happens into an event of the link.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Stage {
        case opening, handshaking, established
    }

    private let link: Link
    private let tls: TLSClient?
    private var parser: RESPParser
    private var cause: SessionError?
    private var isUnverified = false
    private(set) var channel: (any Channel)?
    private(set) var stage = Stage.opening
    private var hasReceived = false

    init(link: Link, tls: TLSClient?, limits: RESPParser.Limits) {
        parser = RESPParser(limits: limits)
        self.link = link
        self.tls = tls
    }

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        stage = .handshaking
        if tls == nil { established() }
    }

    private func established() {
        stage = .established
        link.connected(self)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let tls, let event = event as? TLSUserEvent, case .handshakeCompleted = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        if let sentence = tls.objection(to: certificate) {
            fail(.tlsFailed, sentence, context)
        } else {
            established()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasReceived = true
        parser.feed(unwrapInboundIn(data))
        do {
            while cause == nil {
                var unread = parser.takeUnread()
                let isRead = try link.read(&unread, from: self)
                parser.feed(unread)
                if let goesOn = isRead {
                    guard goesOn else { break }
                } else {
                    guard let value = try parser.next() else { break }
                    link.received(value, size: parser.lastSize, from: self)
                }
            }
        } catch  where error.code == .tooLarge {
            fail(.replyTooLarge, "the server sent more than planrun takes: \(error)", context)
        } catch {
            // A server that wants TLS answers plain bytes with a TLS alert record.
            let isTLS = tls == nil && error.bytes.hasPrefix("\\x15\\x03")
            fail(
                .protocolViolation,
                isTLS
                    ? "the server speaks TLS on this port, and the plan does not: it lacks 'tls: true'"
                    : "the server does not speak the Redis protocol: \(error)", context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Servers often close TLS without the closing alert. That is not an error; the end of the connection follows
        // and is reported.
        if case NIOSSLError.uncleanShutdown = error { return }
        if cause == nil {
            let failure = ConnectFailure(error, address: link.address)
            cause = failure.error
            isUnverified = failure.isUnverified
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let closed = SessionError(
            code: .connectionLost, address: link.address, sentence: "the server closed the connection",
            mayHaveBeenExecuted: false)
        channel = nil
        if let tls, isUnverified {
            link.lostUnverified(tls, handler: self)
        } else {
            link.lost(doubtful(cause ?? closed), handler: self)
        }
    }

    /// Adds a hint to the error of a plain connection that was closed before the server sent anything: that is how a
    /// Redis behaves that wants TLS.
    private func doubtful(_ error: SessionError) -> SessionError {
        guard tls == nil, !hasReceived, error.code == .connectionLost else { return error }
        return SessionError(
            code: error.code, address: error.address,
            sentence: error.sentence + " before it said anything; perhaps it speaks TLS on this port ('tls: true')",
            mayHaveBeenExecuted: error.mayHaveBeenExecuted)
    }

    private func fail(_ code: SessionError.Code, _ sentence: String, _ context: ChannelHandlerContext) {
        if cause == nil {
            cause = SessionError(code: code, address: link.address, sentence: sentence, mayHaveBeenExecuted: false)
        }
        context.close(promise: nil)
    }
}
