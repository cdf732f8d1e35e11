import NIOCore
import NIOPosix
package import RESP
import Synchronization
package import Values

/// A TCP proxy in front of one server. It shows every command to a closure before the server gets it, and holds the
/// command back until the closure returns.
package struct Gate: Sendable {
    /// A command on its way to a server.
    package struct Sighting: Sendable, CustomStringConvertible {
        /// The server's name, as in `ServerProcess.name`.
        package let server: String
        package let words: [String]
        /// The user with which the sender has logged in on this connection; `nil` if it has not logged in, or has given
        /// only a password.
        package var user: String?

        package var description: String { "\(server): \(words.joined(separator: " "))" }
    }

    package enum Passage: Sendable {
        case pass
        /// The server gets the command, and the closure runs before the client gets the reply.
        case passThen(@Sendable () async -> Void)
        /// The server never gets the command, and the connection ends.
        case drop
        /// The server never gets the command, and the client gets this reply. Not for a command in a pipeline.
        case answer(RESPValue)
    }

    package typealias Look = @Sendable (Sighting) async -> Passage

    let server: String
    package let address: Endpoint
    private let listener: any Channel
    private let clients: StandInClients
    private let look: Look

    /// Listens on a free port. A client that connects before `serve(inFrontOf:)` is called waits.
    static func listen(_ server: String, look: @escaping Look) async throws -> Gate {
        let clients = StandInClients()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StandInClientHandler(clients))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else {
            preconditionFailure("a listening TCP socket has no port")
        }
        let address = Endpoint(host: "127.0.0.1", port: port)
        return Gate(server: server, address: address, listener: listener, clients: clients, look: look)
    }

    /// Passes commands on to that server, until cancelled.
    func serve(inFrontOf server: Endpoint) async {
        await withDiscardingTaskGroup { group in
            for await client in clients.stream {
                group.addTask {
                    // When the client or the server goes away, the conversation ends.
                    try? await converse(client, server)
                    try? await client.channel.close()
                }
            }
        }
    }

    func close() async {
        clients.finish()
        try? await listener.close()
    }

    private func converse(_ client: StandInClients.Client, _ server: Endpoint) async throws {
        let (replies, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let back = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyCollector(continuation))
                }
            }
            .connect(host: server.host, port: server.port).get()
        let afterwards = Afterwards()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await bytes in replies {
                    for action in afterwards.take() { await action() }
                    guard (try? await client.channel.writeAndFlush(bytes)) != nil else { break }
                }
                try? await client.channel.close()
            }
            try? await forward(client, to: back, afterwards)
            try? await back.close()
        }
    }

    private func forward(_ client: StandInClients.Client, to back: any Channel, _ afterwards: Afterwards) async throws {
        var parser = RESPParser()
        var user: String?
        for await bytes in client.bytes {
            parser.feed(bytes)
            while let value = try parser.next() {
                let words = Command(arguments: value.buffers).words
                if words.first?.uppercased() == "AUTH" { user = words.count == 3 ? words[1] : nil }
                switch await look(Sighting(server: server, words: words, user: user)) {
                case .pass: break
                case .passThen(let action): afterwards.add(action)
                case .drop: return
                case .answer(let reply):
                    try await client.channel.writeAndFlush(reply.encoded())
                    continue
                }
                try await back.writeAndFlush(value.encoded())
            }
        }
    }
}

/// The closures to run when the next reply comes.
private final class Afterwards: Sendable {
    private let actions = Mutex<[@Sendable () async -> Void]>([])

    func add(_ action: @escaping @Sendable () async -> Void) { actions.withLock { $0.append(action) } }

    func take() -> [@Sendable () async -> Void] {
        actions.withLock { actions in
            defer { actions = [] }
            return actions
        }
    }
}
