package import NIOCore

/// Takes the bytes of the replies to one batch of commands as they arrive, and keeps of them what it wants. So a reply
/// of 512 MiB need not be in memory at any time.
package protocol ReplyReader: Sendable {
    /// Reads on, and leaves in `bytes` what does not belong to the batch.
    /// - Returns: whether all replies have come.
    mutating func read(_ bytes: inout ByteBuffer) throws(RESPParseError) -> Bool
}

extension CommandSession {
    /// For sessions without a socket, whose replies are values.
    package func pipeline<Reader: ReplyReader>(
        _ batch: CommandBatch, into reader: Reader, timeout: Duration?
    ) async throws(SessionError) -> Reader {
        var (parser, reader) = (RESPParser(), reader)
        parser.feed(batch.bytes)
        do {
            var commands: [Command] = []
            while let value = try parser.next() { commands.append(Command(arguments: value.buffers)) }
            for reply in try await pipeline(commands, timeout: timeout) {
                var bytes = reply.encoded()
                _ = try reader.read(&bytes)
            }
            return reader
        } catch let error as SessionError {
            throw error
        } catch {
            throw SessionError(
                code: .protocolViolation, address: address, sentence: "\(error)", mayHaveBeenExecuted: true)
        }
    }
}

extension ByteBuffer {
    /// Hands the unread bytes to `body`, and goes on behind as many of them as it took.
    mutating func consume(
        _ body: (UnsafeRawBufferPointer) throws(RESPParseError) -> Int
    ) throws(RESPParseError) {
        let taken = withUnsafeReadableBytes { piece in
            Result { () throws(RESPParseError) in try body(piece) }
        }
        moveReaderIndex(forwardBy: try taken.get())
    }
}
