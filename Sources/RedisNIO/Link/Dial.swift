import NIOCore
import NIOPosix
import NIOSSL
import RESP
import Values

/// Opens TCP connections to one server: an IP address directly, a host name through its addresses.
struct Dial {
    private let address: Endpoint
    /// The addresses that a host name was resolved to before. If one does not take the connection, the next one is
    /// tried.
    private let known: [SocketAddress]
    private let timeout: Duration
    private let loop: any EventLoop

    init(_ settings: ConnectionSettings, on loop: any EventLoop) {
        address = settings.address
        known = settings.ips.compactMap { try? SocketAddress(ipAddress: $0, port: settings.address.port) }
        timeout = settings.connectTimeout
        self.loop = loop
    }

    func open(_ prepare: @escaping @Sendable (any Channel) throws -> Void) -> EventLoopFuture<any Channel> {
        if !known.isEmpty { return open(known[...], prepare) }
        if let ip = try? SocketAddress(ipAddress: address.host, port: address.port) {
            return bootstrap(prepare).connect(to: ip)
        }
        return bootstrap(prepare).connect(host: address.host, port: address.port)
    }

    /// - Parameter addresses: not empty.
    private func open(
        _ addresses: ArraySlice<SocketAddress>, _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let attempt = bootstrap(prepare).connect(to: addresses[addresses.startIndex])
        let others = addresses.dropFirst()
        return others.isEmpty ? attempt : attempt.flatMapError { _ in open(others, prepare) }
    }

    private func bootstrap(_ prepare: @escaping @Sendable (any Channel) throws -> Void) -> ClientBootstrap {
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel) }
            }
    }

    /// Says what is wrong with the certificates that the server shows. Only the start of a TLS handshake is sent to the
    /// server.
    func explain(_ tls: TLSClient) -> EventLoopFuture<String> {
        let seen = loop.makePromise(of: [NIOSSLCertificate].self)
        let opening = open { channel in
            try channel.pipeline.syncOperations.addHandler(tls.makeInspector { seen.succeed($0) })
        }
        // The certificates, a failure to connect, the end of the connection or the timer: whichever comes first counts.
        opening.cascadeFailure(to: seen)
        opening.whenSuccess { $0.closeFuture.whenComplete { _ in seen.fail(ChannelError.eof) } }
        let timer = loop.scheduleTask(in: TimeAmount(timeout)) { seen.fail(ChannelError.eof) }
        return seen.futureResult.map { chain in
            timer.cancel()
            opening.whenSuccess { $0.close(promise: nil) }
            return tls.explain(chain)
        }
    }
}
