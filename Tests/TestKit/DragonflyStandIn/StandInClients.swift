import NIOCore

/// The clients that connect to a listener, as a stream.
struct StandInClients: Sendable {
    struct Client: Sendable {
        let channel: any Channel
        /// What the client sends, until it goes away.
        let bytes: AsyncStream<ByteBuffer>
    }

    let stream: AsyncStream<Client>
    private let continuation: AsyncStream<Client>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    /// A client that connects after the end is disconnected.
    func add(_ client: Client) {
        if case .enqueued = continuation.yield(client) { return }
        client.channel.close(promise: nil)
    }

    func finish() { continuation.finish() }
}

/// Passes on what one client sends.
final class StandInClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let clients: StandInClients
    private var bytes: AsyncStream<ByteBuffer>.Continuation?

    init(_ clients: StandInClients) {
        self.clients = clients
    }

    func channelActive(context: ChannelHandlerContext) {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        bytes = continuation
        clients.add(StandInClients.Client(channel: context.channel, bytes: stream))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes?.yield(unwrapInboundIn(data))
    }

    func channelInactive(context: ChannelHandlerContext) {
        bytes?.finish()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
