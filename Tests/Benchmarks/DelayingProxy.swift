import NIOCore
import NIOPosix
import RESP

/// A TCP proxy in front of one server that makes every byte late, in both directions: a network that is far away.
///
/// Each chunk is held for the same time on the loop of its connection, so that the order stays.
struct DelayingProxy: Sendable {
    let address: ServerAddress
    private let listener: any Channel

    /// - Parameter roundTrip: there and back together. Making a connection costs one, too.
    static func listen(inFrontOf server: ServerAddress, roundTrip: Duration) async throws -> DelayingProxy {
        let half = TimeAmount(roundTrip / 2)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { client in
                // On the client's loop, so that the two ends may call each other.
                ClientBootstrap(group: client.eventLoop)
                    .connect(host: server.host, port: server.port)
                    .flatMapThrowing { back in
                        // The handshake of a connection takes a round trip before anything can be sent.
                        try client.pipeline.syncOperations.addHandler(LateBytes(to: back, after: half, first: half * 3))
                        try back.pipeline.syncOperations.addHandler(LateBytes(to: client, after: half, first: half))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else {
            preconditionFailure("a listening TCP socket has no port")
        }
        return DelayingProxy(address: ServerAddress(host: "127.0.0.1", port: port), listener: listener)
    }

    func close() async { try? await listener.close() }
}

/// Passes bytes on after a while.
private final class LateBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let delay: TimeAmount
    /// Before this nothing is passed on, and nothing overtakes what came before.
    private var due: NIODeadline

    init(to other: any Channel, after delay: TimeAmount, first: TimeAmount) {
        self.other = other
        self.delay = delay
        due = .now() + first
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        later(context) { $0.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        later(context) { $0.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func later(_ context: ChannelHandlerContext, _ action: @escaping @Sendable (any Channel) -> Void) {
        due = max(due, .now() + delay)
        context.eventLoop.scheduleTask(deadline: due) { [other] in action(other) }
    }
}
