import NIOCore
package import RESP
package import Values

/// Reads keys of one server over one connection, and changes nothing there.
struct ServerReader: Sendable {
    let session: any CommandSession
    /// Whether the server takes `CLIENT NO-TOUCH`, so that reading does not count as use, by which a server chooses
    /// what to evict.
    let hidesReading: Bool
    /// How many of its hashes have fields that expire.
    let fieldExpiry: FieldExpiry
    /// The databases in which the expiry of fields is read.
    var expiringFields: Set<Int> = []

    /// One piece of a value with a huge element takes its time.
    static let patience = Duration.seconds(120)
    /// The bytes of a page of keys, at most.
    private static let longestPage = 16 << 20

    static let type = KeyCommand("TYPE")
    static let pttl = KeyCommand("PTTL")
    private static let exists = KeyCommand("EXISTS")

    /// Asks first whether the server knows the command, since a command that it does not know would count among its
    /// errors.
    static func open(_ session: any CommandSession) async throws -> ServerReader {
        let known = try await session.pipeline(
            [["COMMAND", "INFO", "CLIENT|NO-TOUCH"], ["INFO", "keyspace"]], timeout: nil)
        let fieldExpiry = FieldExpiry(known[1].string ?? "")
        guard case .array? = known[0].array?.first else {
            return ServerReader(session: session, hidesReading: false, fieldExpiry: fieldExpiry)
        }
        let reply = try await session.send(["CLIENT", "NO-TOUCH", "ON"])
        return ServerReader(session: session, hidesReading: reply == .simpleString("OK"), fieldExpiry: fieldExpiry)
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

    /// The replies to a batch.
    struct Answers {
        let frames: ReplyFrames
        /// The number of the first reply that is about a key.
        let begin: Int
        /// The server's clock, in milliseconds since 1970.
        let time: Int64
    }

    /// Asks about keys of a database.
    func ask(_ database: Int, _ append: (inout CommandBatch) -> Void) async throws -> Answers {
        var (batch, begin) = batch(database)
        append(&batch)
        let frames = try await frames(batch)
        return Answers(frames: frames, begin: begin, time: Self.time(frames, begin: begin))
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
        var batch = CommandBatch([["SELECT", "\(database)"]])
        batch.append(["SCAN", cursor, "COUNT", "\(count)"])
        let frames = try await session.pipeline(
            batch, into: ReplyFrames(count: batch.count, longest: Self.longestPage), timeout: Self.patience)
        for index in 0..<batch.count {
            guard let error = frames.error(index) else { continue }
            throw ComparisonRefusal(address: session.address, command: index == 0 ? "SELECT" : "SCAN", error)
        }
        guard var keys = frames.strings(1), !keys.isEmpty else { throw refusal(frames, 1, "SCAN") }
        let next = String(buffer: keys.removeFirst())
        return (keys, next == "0" ? nil : next)
    }

    /// The types of keys, in their order.
    func types(_ database: Int, of keys: [ByteBuffer]) async throws -> [KeyType] {
        let answers = try await ask(database) { batch in
            for key in keys { batch.append(Self.type, key) }
        }
        return try answers.frames.open { replies in
            try keys.indices.map { index in
                guard let type = KeyType(replies, answers.begin + index) else {
                    throw refusal(answers.frames, answers.begin + index, "TYPE")
                }
                return type
            }
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
        for key in keys { each.append(Self.exists, key) }
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
