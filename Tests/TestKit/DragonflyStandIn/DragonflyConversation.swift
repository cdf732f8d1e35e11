import NIOCore
import RESP

/// One client of the stand-in: its commands, one after the other, with a session of its own at the Redis behind.
struct DragonflyConversation {
    private let standIn: DragonflyStandIn
    private let redis: any CommandSession
    /// Inside `MULTI`: what is said in the end in place of commands that Redis never saw, by position.
    private var transaction: [Int: RESPValue]?
    private var queued = 0
    private var login: (username: String?, password: Secret?) = (nil, nil)

    init(_ standIn: DragonflyStandIn) async {
        self.standIn = standIn
        redis = await standIn.session()
    }

    /// - Parameter send: writes to the client. Returns after `SUBSCRIBE` only once the subscription has ended.
    mutating func carryOut(_ command: Command, send: (RESPValue) async throws -> Void) async throws {
        await standIn.noted(command)
        let name = command.words.first?.uppercased() ?? ""
        if transaction != nil, name != "EXEC", name != "DISCARD" {
            return try await send(try await queue(command))
        }
        if case .subscribe(let channels) = DragonflyDialect.verdict(on: command) {
            return try await subscribe(channels, send)
        }
        try await send(try await reply(to: command, name))
    }

    func close() async { await redis.close() }

    private mutating func reply(to command: Command, _ name: String) async throws -> RESPValue {
        switch DragonflyDialect.verdict(on: command) {
        case .forward: return finished(try await forward(command), name, command)
        case .translate(let translation):
            let reply = translation(try await forward(command))
            return finished(reply, name, command)
        case .answer(let reply): return reply
        case .follow(let primary): return try await follow(primary, command)
        case .info(let sections): return .text(try await standIn.info(redis).text(sections))
        case .role: return try await standIn.info(redis).role
        case .subscribe: preconditionFailure("subscriptions are carried out elsewhere")
        }
    }

    private func forward(_ command: Command) async throws -> RESPValue {
        // A write pause holds a reply back for as long as it lasts.
        try await redis.send(DragonflyDialect.forRedis(command), timeout: .seconds(600))
    }

    // MARK: Transactions

    private mutating func finished(_ reply: RESPValue, _ name: String, _ command: Command) -> RESPValue {
        switch name {
        case "MULTI" where reply == .simpleString("OK"):
            (transaction, queued) = ([:], 0)
        case "AUTH" where reply == .simpleString("OK"):
            let words = command.words
            login = (words.count == 3 ? words[1] : nil, words.last.map(Secret.init))
        case "DISCARD": transaction = nil
        case "EXEC":
            defer { transaction = nil }
            guard let transaction, let replies = reply.array else { return reply }
            return .array(replies.enumerated().map { transaction[$0.offset] ?? $0.element })
        default: break
        }
        return reply
    }

    /// Redis gets a `PING` in the place of what it must not see, so that the positions stay right.
    private mutating func queue(_ command: Command) async throws -> RESPValue {
        defer { queued += 1 }
        guard case .answer(let answer) = DragonflyDialect.verdict(on: command) else {
            return try await forward(command)
        }
        transaction?[queued] = answer
        return try await forward(["PING"])
    }

    // MARK: Following

    /// It greets the primary before it answers, and a primary that it follows already is followed anew, from nothing.
    private func follow(_ primary: ServerAddress, _ command: Command) async throws -> RESPValue {
        guard try await standIn.canGreet(primary) else { return DragonflyDialect.error("ERR replication cancelled") }
        let info = try await standIn.info(redis)
        let again: [Command] = info.primary == primary ? [["REPLICAOF", "NO", "ONE"]] : []
        return try await redis.pipeline(again + [command], timeout: nil).last ?? .null
    }

    // MARK: Subscriptions

    private func subscribe(_ channels: [String], _ send: (RESPValue) async throws -> Void) async throws {
        let subscription = try await standIn.subscribe(channels, username: login.username, password: login.password)
        for (index, channel) in channels.enumerated() {
            try await send(.array([.text("subscribe"), .text(channel), .integer(Int64(index + 1))]))
        }
        for await message in subscription.messages {
            try await send(.array([.text("message"), .text(message.channel), .text(message.payload)]))
        }
    }
}
