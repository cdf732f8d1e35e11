import NIOCore
import NIOPosix
import RESP
import Values

/// A TCP proxy in front of one server that delays every byte, in both directions, as a network to a far place does.
///
/// Each chunk is held for the same time on the event loop of its connection, so that the order of the bytes is kept.
struct DelayingProxy: Sendable {
    let address: Endpoint
    private let listener: any Channel

    /// - Parameter roundTrip: the delay of both directions together. Making a connection takes one round trip, too.
    static func listen(inFrontOf server: Endpoint, roundTrip: Duration) async throws -> DelayingProxy {
        let half = TimeAmount(roundTrip / 2)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { client in
                // The connection to the server uses the client's event loop, so that the two channels may call each
                // other.
                ClientBootstrap(group: client.eventLoop)
                    .connect(host: server.host, port: server.port)
                    .flatMapThrowing { back in
                        // A real connection takes a round trip before anything can be sent.
                        try client.pipeline.syncOperations.addHandler(LateBytes(to: back, after: half, first: half * 3))
                        try back.pipeline.syncOperations.addHandler(LateBytes(to: client, after: half, first: half))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else {
            preconditionFailure("a listening TCP socket has no port")
        }
        return DelayingProxy(address: Endpoint(host: "127.0.0.1", port: port), listener: listener)
    }

    func close() async { try? await listener.close() }
}

/// Passes bytes on after a delay.
private final class LateBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let delay: TimeAmount
    /// The time before which nothing is passed on. It keeps later bytes from overtaking earlier ones.
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
