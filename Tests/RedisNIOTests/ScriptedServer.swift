import NIOCore
import NIOPosix
import NIOSSL
import RESP
import Synchronization
import Values

/// A server on 127.0.0.1 that answers as a test tells it to, and remembers what it was asked.
final class ScriptedServer: Sendable {
    enum Answer {
        /// Sends these bytes as they are.
        case raw(String)
        case silence
        case hangUp
    }

    private struct State {
        var connections = 0
        var open = 0
        var commands: [String] = []
    }

    private let channel: any Channel
    private let state: Box

    private final class Box: Sendable {
        let value = Mutex(State())
    }

    /// Stands for received bytes that are no command.
    static let rubbish = "(rubbish)"

    var address: Endpoint { Endpoint(host: "127.0.0.1", port: channel.localAddress?.port ?? 0) }
    var connections: Int { state.value.withLock(\.connections) }
    var open: Int { state.value.withLock(\.open) }
    var commands: [String] { state.value.withLock(\.commands) }

    private init(_ channel: any Channel, _ state: Box) {
        self.channel = channel
        self.state = state
    }

    /// - Parameter answer: gets the words of a command, joined by spaces, or `rubbish`.
    static func start(
        host: String = "127.0.0.1", tls: TLSConfiguration? = nil,
        answer: @escaping @Sendable (String) -> Answer = { _ in .raw("+PONG\r\n") }
    ) async throws -> ScriptedServer {
        let state = Box()
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(state, answer))
                }
            }
            .bind(host: host, port: 0).get()
        return ScriptedServer(channel, state)
    }

    func stop() async { try? await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let state: Box
        private let answer: @Sendable (String) -> Answer
        private var parser = RESPParser()

        init(_ state: Box, _ answer: @escaping @Sendable (String) -> Answer) {
            self.state = state
            self.answer = answer
        }

        func channelActive(context: ChannelHandlerContext) {
            state.value.withLock {
                $0.connections += 1
                $0.open += 1
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            state.value.withLock { $0.open -= 1 }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            parser.feed(unwrapInboundIn(data))
            do {
                while let command = try parser.next()?.array {
                    answer(command.compactMap(\.string).joined(separator: " "), context)
                }
            } catch {
                parser = RESPParser()
                answer(ScriptedServer.rubbish, context)
            }
        }

        private func answer(_ line: String, _ context: ChannelHandlerContext) {
            state.value.withLock { $0.commands.append(line) }
            switch answer(line) {
            case .raw(let bytes): context.channel.writeAndFlush(ByteBuffer(string: bytes), promise: nil)
            case .silence: break
            case .hangUp: context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
