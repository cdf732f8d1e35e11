import NIOCore
import NIOPosix
import RESP
import Values

/// A connection that sends only the given commands: it does not log in, set a name or try again.
struct PlainConnection {
    /// Sends the commands and returns one reply for each.
    static func replies(to commands: [Command], at address: Endpoint, within limit: Duration) async throws
        -> [RESPValue]
    {
        let (bytes, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ReplyCollector(continuation))
                }
            }
            .connect(host: address.host, port: address.port).get()
        let impatience = Task {
            try await Task.sleep(for: limit)
            channel.close(promise: nil)
        }
        defer { impatience.cancel() }
        var parser = RESPParser()
        var replies: [RESPValue] = []
        var pieces = bytes.makeAsyncIterator()
        for (index, command) in commands.enumerated() {
            try await channel.writeAndFlush([command].encoded())
            while replies.count <= index, let piece = await pieces.next() {
                parser.feed(piece)
                while let reply = try parser.next() { replies.append(reply) }
            }
        }
        try? await channel.close()
        guard replies.count >= commands.count else { throw ConnectionEnded(replies: replies.count) }
        return replies
    }
}

/// The server ended the connection, or took too long, before all replies were there.
struct ConnectionEnded: Error {
    let replies: Int
}
