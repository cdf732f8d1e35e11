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
    func ask(_ database: Int, _ questions: CommandBatch) async throws -> Answers {
        var (batch, begin) = batch(database)
        batch.append(questions)
        let frames = try await frames(batch)
        return Answers(frames: frames, begin: begin, time: Self.time(frames, begin: begin))
    }

    /// - Parameter longest: how many bytes of one reply are kept.
    func frames(_ batch: CommandBatch, longest: Int = ReplyFrames.longest) async throws -> ReplyFrames {
        let frames = try await session.pipeline(
            batch, into: ReplyFrames(count: batch.count, longest: longest), timeout: Self.patience)
        if let error = frames.error(0) { throw ComparisonRefusal(address: session.address, command: "SELECT", error) }
        return frames
    }

    /// A page of a scan.
    func scan(_ database: Int, _ page: PageRequest) async throws -> KeyPage {
        var (batch, begin) = batch(database)
        batch.append(page.command)
        return try self.page(try await frames(batch, longest: Self.longestPage), begin)
    }

    /// The types of keys, in their order, and a page of a scan.
    func types(
        _ database: Int, of keys: [ByteBuffer], then scan: PageRequest?
    ) async throws -> (types: [KeyType], page: KeyPage?) {
        guard !keys.isEmpty || scan != nil else { return ([], nil) }
        var (batch, begin) = batch(database)
        for key in keys { batch.append(Self.type, key) }
        if let scan { batch.append(scan.command) }
        let frames = try await frames(batch, longest: Self.longestPage)
        let types = try frames.open { replies in
            try keys.indices.map { index in
                guard let type = KeyType(replies, begin + index) else { throw refusal(frames, begin + index, "TYPE") }
                return type
            }
        }
        return (types, try scan.map { _ in try page(frames, begin + keys.count) })
    }

    private func page(_ frames: ReplyFrames, _ index: Int) throws -> KeyPage {
        guard frames.error(index) == nil, var keys = frames.strings(index), !keys.isEmpty else {
            throw refusal(frames, index, "SCAN")
        }
        let next = String(buffer: keys.removeFirst())
        return KeyPage(keys: keys, next: next == "0" ? nil : next)
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

/// A page of keys that a server is asked for.
struct PageRequest {
    let cursor: String
    let count: Int

    var command: Command { ["SCAN", cursor, "COUNT", "\(count)"] }
}

/// A page of keys of a server.
struct KeyPage {
    let keys: [ByteBuffer]
    /// The cursor of the next page; `nil` after the last.
    let next: String?
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
