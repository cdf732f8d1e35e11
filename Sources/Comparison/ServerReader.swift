import NIOCore
package import RESP
package import Values

/// Reads keys of one server over one connection, and changes nothing there.
struct ServerReader: Sendable {
    let session: any CommandSession
    /// Whether the server takes `CLIENT NO-TOUCH`, so that reading does not count as use, by which a server chooses
    /// what to evict.
    let hidesReading: Bool

    /// One piece of a value with a huge element takes its time.
    static let patience = Duration.seconds(120)

    /// Asks first whether the server knows the command, since a command that it does not know would count among its
    /// errors.
    static func open(_ session: any CommandSession) async throws -> ServerReader {
        let known = try await session.send(["COMMAND", "INFO", "CLIENT|NO-TOUCH"])
        guard case .array? = known.array?.first else { return ServerReader(session: session, hidesReading: false) }
        let reply = try await session.send(["CLIENT", "NO-TOUCH", "ON"])
        return ServerReader(session: session, hidesReading: reply == .simpleString("OK"))
    }

    /// A batch that begins by choosing the database and asking for the time. Each batch does, because a session that
    /// reconnects begins in database 0.
    /// - Returns: the batch, and the number of the first reply that follows.
    func batch(_ database: Int) -> (batch: CommandBatch, begin: Int) {
        var batch = CommandBatch()
        batch.append(Command(["SELECT", "\(database)"]))
        if hidesReading { batch.append(["CLIENT", "NO-TOUCH", "ON"]) }
        batch.append(["TIME"])
        return (batch, batch.count)
    }

    /// The server's clock when it answered a batch, in milliseconds since 1970. `TIME` gives two strings on Redis and
    /// two integers on Dragonfly.
    static func time(_ frames: ReplyFrames, begin: Int) -> Int64 {
        let lines = frames.bytes(begin - 1).map { String(buffer: $0).split(separator: "\r\n") } ?? []
        let numbers = lines.compactMap { Int64($0.first == ":" ? $0.dropFirst() : $0) }
        guard numbers.count == 2 else { return 0 }
        return numbers[0] &* 1_000 &+ numbers[1] / 1_000
    }

    func frames(_ batch: CommandBatch) async throws -> ReplyFrames {
        let frames = try await session.pipeline(
            batch, into: ReplyFrames(count: batch.count), timeout: Self.patience)
        if let error = frames.error(0) { throw ComparisonRefusal(address: session.address, command: "SELECT", error) }
        return frames
    }

    /// The keys of one page of a scan, with the cursor of the next page; `nil` after the last.
    func scan(
        _ database: Int, from cursor: String, count: Int
    ) async throws -> (keys: [ByteBuffer], next: String?) {
        var commands: [Command] = [["SELECT", "\(database)"]]
        commands.append(["SCAN", cursor, "COUNT", "\(count)"])
        let replies = try await session.pipeline(commands, timeout: Self.patience)
        for case .error(let error) in replies {
            throw ComparisonRefusal(address: session.address, command: "SCAN", error)
        }
        guard let page = replies[1].array, page.count == 2, let next = page[0].string else {
            throw ComparisonRefusal(address: session.address, command: "SCAN", RESPError(message: replies[1].summary))
        }
        let keys = (page[1].array ?? []).compactMap { if case .bulkString(let key) = $0 { key } else { nil } }
        return (keys, next == "0" ? nil : next)
    }

    /// The types of keys, in their order.
    func types(_ database: Int, of keys: [ByteBuffer]) async throws -> [KeyType] {
        var (batch, begin) = self.batch(database)
        for key in keys { batch.append("TYPE", key) }
        let frames = try await frames(batch)
        return try keys.indices.map { index in
            guard let type = KeyType(frames, begin + index) else {
                throw refusal(frames, begin + index, "TYPE")
            }
            return type
        }
    }

    /// Which of the keys do not exist.
    func missing(_ database: Int, of keys: [ByteBuffer]) async throws -> [ByteBuffer] {
        guard !keys.isEmpty else { return [] }
        var (all, begin) = batch(database)
        all.append("EXISTS", keys: keys)
        let counts = try await frames(all)
        guard let count = counts.number(begin) else { throw refusal(counts, begin, "EXISTS") }
        guard count < keys.count else { return [] }
        var (each, first) = batch(database)
        for key in keys { each.append("EXISTS", key) }
        let answers = try await frames(each)
        return keys.indices.filter { answers.number(first + $0) == 0 }.map { keys[$0] }
    }

    func refusal(_ frames: ReplyFrames, _ index: Int, _ command: String) -> ComparisonRefusal {
        ComparisonRefusal(
            address: session.address, command: command,
            frames.error(index) ?? RESPError(message: "a reply that planrun cannot read"))
    }
}

/// A server refused what a comparison needs.
package struct ComparisonRefusal: Error, Sendable, Equatable {
    package let address: Endpoint
    package let command: String
    package let error: RESPError

    init(address: Endpoint, command: String, _ error: RESPError) {
        self.address = address
        self.command = command
        self.error = error
    }
}
