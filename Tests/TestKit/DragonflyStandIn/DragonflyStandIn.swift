import NIOCore
import NIOPosix
package import RESP
import RedisNIO
import Rehearsal

/// A proxy in front of a real Redis that answers as a real Dragonfly was recorded to.
///
/// Roles, offsets and data are those of the Redis, so Sentinels and sources have to do with real replication.
package actor DragonflyStandIn {
    package nonisolated let address: ServerAddress
    /// Every command that anybody sent it, as words, in order.
    package private(set) var received: [[String]] = []
    private let listener: any Channel
    private let clients: StandInClients
    private var redis: (address: ServerAddress, everything: ConnectionSettings)?
    private let connector = RedisConnector()

    /// Listens on a free port; nobody may connect before `serve(inFrontOf:_:)`.
    static func listen() async throws -> DragonflyStandIn {
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
        return DragonflyStandIn(listener, clients, ServerAddress(host: "127.0.0.1", port: port))
    }

    private init(_ listener: any Channel, _ clients: StandInClients, _ address: ServerAddress) {
        self.listener = listener
        self.clients = clients
        self.address = address
    }

    /// Answers with the help of this Redis, until cancelled.
    func serve(inFrontOf server: ServerProcess, _ everything: ConnectionSettings) async {
        redis = (server.address, everything)
        await withDiscardingTaskGroup { group in
            for await client in clients.stream {
                group.addTask { await self.serve(client) }
            }
        }
    }

    /// Whoever is still there is disconnected.
    func close() async {
        clients.finish()
        try? await listener.close()
    }

    private nonisolated func serve(_ client: StandInClients.Client) async {
        // A client or a Redis that goes away ends the conversation, as it would with the real one.
        try? await converse(client)
        try? await client.channel.close()
    }

    private nonisolated func converse(_ client: StandInClients.Client) async throws {
        var parser = RESPParser()
        var conversation = await DragonflyConversation(self)
        for await bytes in client.bytes {
            parser.feed(bytes)
            while let value = try parser.next() {
                try await conversation.carryOut(Command(arguments: value.buffers)) { reply in
                    try await client.channel.writeAndFlush(reply.encoded())
                }
            }
        }
        await conversation.close()
    }

    // MARK: What conversations ask for

    func noted(_ command: Command) { received.append(command.words) }

    func session() -> any CommandSession {
        guard let redis else { preconditionFailure("somebody connected before there was a Redis behind") }
        return connector.session(ConnectionSettings(address: redis.address))
    }

    /// Asks the Redis, with the client's own rights.
    nonisolated func info(_ redis: any CommandSession) async throws -> DragonflyInfo {
        let reply = try await redis.send(["INFO", "everything"])
        if case .error(let error) = reply { throw error }
        return DragonflyInfo(redis: reply.string ?? "", port: address.port)
    }

    /// Whether a connection with the credentials for replication gets as far as `PING`.
    func canGreet(_ primary: ServerAddress) async throws -> Bool {
        guard let redis else { return false }
        let own = connector.session(redis.everything)
        let replies = try await own.pipeline(
            [["CONFIG", "GET", "masteruser"], ["CONFIG", "GET", "masterauth"]], timeout: nil)
        await own.close()
        let values = replies.map { $0.array?.last?.string ?? "" }
        let greeting = connector.session(
            ConnectionSettings(
                address: primary, username: values[0].isEmpty ? nil : values[0],
                password: values[1].isEmpty ? nil : Secret(values[1])))
        let reply = try? await greeting.send(["PING"])
        await greeting.close()
        return reply?.string == "PONG"
    }

    func subscribe(_ channels: [String], username: String?, password: Secret?) async throws -> any Subscription {
        guard let redis else { preconditionFailure("somebody subscribed before there was a Redis behind") }
        return try await connector.subscribe(
            to: channels, ConnectionSettings(address: redis.address, username: username, password: password))
    }
}
