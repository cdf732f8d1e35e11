import NIOCore
import NIOPosix
import RESP
package import Values

/// A connection that sends only what it is told: it does not log in or set a name, and it never connects again.
struct PlainConnection {
    private let channel: any Channel
    private var pieces: AsyncStream<ByteBuffer>.Iterator
    private var parser = RESPParser()

    init(to address: Endpoint) async throws {
        let (bytes, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyCollector(continuation))
                }
            }
            .connect(host: address.host, port: address.port).get()
        pieces = bytes.makeAsyncIterator()
    }

    func close() { channel.close(promise: nil) }

    /// Sends the command and waits for its reply; `nil` once the connection has ended, or the task was cancelled.
    mutating func reply(
        to command: Command, isolation: isolated (any Actor)? = #isolation
    ) async -> RESPValue? {
        do {
            try await channel.writeAndFlush([command].encoded())
        } catch {
            return nil
        }
        return await next()
    }

    /// What the server says next, a message for a subscriber among it; `nil` as for a reply.
    mutating func next(isolation: isolated (any Actor)? = #isolation) async -> RESPValue? {
        while true {
            do {
                if let reply = try parser.next() { return reply }
            } catch {
                return nil
            }
            guard let piece = await pieces.next(isolation: isolation) else { return nil }
            parser.feed(piece)
        }
    }

    /// Sends the commands on a connection of their own and returns one reply for each.
    static func replies(to commands: [Command], at address: Endpoint, within limit: Duration) async throws
        -> [RESPValue]
    {
        var connection = try await PlainConnection(to: address)
        let channel = connection.channel
        let impatience = Task {
            try await Task.sleep(for: limit)
            channel.close(promise: nil)
        }
        defer {
            impatience.cancel()
            connection.close()
        }
        var replies: [RESPValue] = []
        for command in commands {
            guard let reply = await connection.reply(to: command) else {
                throw ConnectionEnded(replies: replies.count)
            }
            replies.append(reply)
        }
        return replies
    }
}

/// The server said no more, or not in time.
struct ConnectionEnded: Error {
    let replies: Int
}

/// A request of HTTP and its answer, as text.
package enum PlainHTTP {
    /// Sends a request with its head as it is given, and returns everything that comes until the other side closes.
    package static func exchange(_ head: [String], with address: Endpoint) async throws -> String {
        let (bytes, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyCollector(continuation))
                }
            }
            .connect(host: address.host, port: address.port).get()
        try await channel.writeAndFlush(ByteBuffer(string: (head + ["", ""]).joined(separator: "\r\n")))
        var text = ""
        for await piece in bytes { text += String(buffer: piece) }
        return text
    }

    package static func get(_ path: String, _ address: Endpoint, accept: String = "*/*") async throws -> String {
        try await exchange(
            ["GET \(path) HTTP/1.1", "Host: \(address)", "Accept: \(accept)", "Connection: close"], with: address)
    }

    /// A port of 127.0.0.1 at which nobody listens now.
    package static func freeAddress() async throws -> Endpoint {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return Endpoint(host: "127.0.0.1", port: port)
    }
}
