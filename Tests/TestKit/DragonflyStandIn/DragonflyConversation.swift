import NIOCore
import RESP
import Values

/// The stand-in's side of the conversation with one client. Every answer is one of the record. What a command changes,
/// and everything about data, is left to the Redis behind the stand-in.
struct DragonflyConversation {
    private let record = DragonflyRecord.recorded
    private let registry: StandInRegistry
    private let behind: RedisBehind
    private let setup: Situation.Setup
    private let id: Int
    private var isLoggedIn: Bool
    /// The commands since `MULTI`, which `EXEC` will carry out; `nil` outside of `MULTI`.
    private var queue: [Command]?

    /// - Parameter disconnect: closes the connection of this client.
    init(
        _ registry: StandInRegistry, _ behind: RedisBehind, _ setup: Situation.Setup, from address: String,
        disconnect: @escaping @Sendable () -> Void
    ) async {
        self.registry = registry
        self.behind = behind
        self.setup = setup
        isLoggedIn = setup == .bare
        id = await registry.connected(from: address, disconnect: disconnect)
    }

    func close() async {
        await behind.close()
        await registry.gone(id)
    }

    /// - Parameter send: writes a reply to the client. After `SUBSCRIBE` this method returns only when the subscription
    ///   has ended.
    mutating func carryOut(_ command: Command, send: (RESPValue) async throws -> Void) async throws {
        let words = command.words
        await registry.noted(words)
        switch words.first?.uppercased() {
        case "EXEC" where queue != nil: try await send(try await finish())
        case "DISCARD" where queue != nil:
            queue = nil
            try await send(try await reply(to: "MULTI; DISCARD"))
        case _ where queue != nil:
            queue?.append(command)
            try await send(try await reply(to: "MULTI; PING"))
        case "SUBSCRIBE" where isLoggedIn: try await subscribe(words, send)
        case "MULTI" where isLoggedIn:
            queue = []
            try await send(try await reply(to: command))
        default: try await send(try await reply(to: command))
        }
    }

    private mutating func finish() async throws -> RESPValue {
        let commands = queue ?? []
        queue = nil
        guard !commands.isEmpty else { return try await reply(to: "MULTI; EXEC") }
        var replies: [RESPValue] = []
        for command in commands { replies.append(try await reply(to: command)) }
        return .array(replies)
    }

    private var situation: Situation {
        get async throws {
            guard isLoggedIn else { return Situation(setup, .locked) }
            return Situation(setup, try await behind.info("replication").role)
        }
    }

    // MARK: Answers

    private mutating func reply(to command: Command) async throws -> RESPValue {
        let (words, situation) = (command.words, try await situation)
        let name = words.first?.uppercased() ?? ""
        if name == "AUTH" { return try await logIn(words) }
        let match = try await match(words, situation)
        if situation.role == .locked, match != nil || record.commands.knows(name) {
            return try await filled(
                match?.answer ?? record.answer(to: "PING", in: situation), match?.words ?? [:], words)
        }
        if let match, match.answer.isError { return try await filled(match.answer, match.words, words) }
        if record.commands.isData(name) {
            let example = record.commands.isWrite(name) ? "SET {key} {value}" : "GET {key}"
            if let refusal = record.answer(to: example, in: situation), refusal.isError {
                return try await filled(refusal, [:], words)
            }
            return try await behind.send(command)
        }
        guard let match else {
            guard !record.commands.knows(name) else { return await unrecorded(words, situation) }
            await registry.refused(name)
            return try await filled(
                record.answer(to: "{unknown-command} {words…}", in: situation), ["unknown-command": name], words)
        }
        let values = try await StandInDeed(behind: behind, registry: registry, client: id).carryOut(
            command, match.words)
        return try await filled(match.answer, values, words)
    }

    /// The answer to a question that the stand-in asks itself and no client has sent.
    private func reply(to question: String) async throws -> RESPValue {
        try await filled(record.answer(to: question, in: try await situation), [:], [question])
    }

    private func filled(
        _ answer: RecordedAnswer?, _ words: [String: String], _ asked: [String]
    ) async throws -> RESPValue {
        try await filled(answer, Values(words: words), asked)
    }

    private func filled(_ answer: RecordedAnswer?, _ values: Values, _ asked: [String]) async throws -> RESPValue {
        guard let answer else { return await unrecorded(asked, try await situation) }
        var values = values
        for (name, word) in values.words { values.words[name.uppercased()] = word.uppercased() }
        do {
            return try answer.reply(values)
        } catch {
            return await unrecorded(asked + ["(no value for {\(error.name)})"], try await situation)
        }
    }

    private func unrecorded(_ words: [String], _ situation: Situation) async -> RESPValue {
        // `Command`'s description leaves out what may be a password.
        let isSecret = words.contains { ["SETUSER", "AUTH", "SET"].contains($0.uppercased()) }
        let question = "\(isSecret ? "\(Command(words))" : words.joined(separator: " ")) (\(situation))"
        await registry.isUnrecorded(question)
        return .error(RESPError(message: "ERR stand-in: not in the record: \(question)"))
    }

    // MARK: Which question it is

    /// Finds the question that a command asks. For some commands that depends on more than their words.
    private func match(_ words: [String], _ situation: Situation) async throws -> DragonflyRecord.Match? {
        let upper = words.map { $0.uppercased() }
        if ["REPLICAOF", "SLAVEOF"].contains(upper.first), upper.count == 3, upper[1] != "NO", let port = Int(words[2])
        {
            let isThere = try await behind.canGreet(Endpoint(host: words[1], port: port))
            return record.match(
                isThere ? "\(upper[0]) {host} {port}" : "\(upper[0]) {host} {closed-port}", words, situation)
        }
        guard upper.first == "ACL", upper.count > 2 else { return record.match(words, in: situation) }
        switch upper[1] {
        case "GETUSER":
            guard let user = try await behind.user(words[2]) else {
                return record.match("ACL GETUSER {unknown-user}", words, situation)
            }
            let who = user.needsNoPassword ? "{open-user}" : "{user}"
            return record.match("ACL GETUSER \(who)", words, situation)
        case "DRYRUN":
            let reply = try await behind.send(Command(words))
            let isAllowed = reply == .simpleString("OK")
            return record.match(
                isAllowed ? "ACL DRYRUN {user} {command} {words…}" : "ACL DRYRUN {limited-user} {command} {words…}",
                words,
                situation)
        case "DELUSER" where upper.count == 3:
            let isThere = try await behind.user(words[2]) != nil
            return record.match(isThere ? "ACL DELUSER {user}" : "ACL DELUSER {unknown-user}", words, situation)
        case "SETUSER": return rules(words, situation)
        default: return record.match(words, in: situation)
        }
    }

    /// Takes each rule of `ACL SETUSER` as a question of its own. The first one that is refused gives the answer.
    private func rules(_ words: [String], _ situation: Situation) -> DragonflyRecord.Match? {
        var last: DragonflyRecord.Match?
        for rule in words.dropFirst(3) {
            let words = Array(words.prefix(3)) + [rule]
            let (sign, subject) = (String(rule.prefix(1)), String(rule.dropFirst()))
            let isCommand = "+-".contains(sign) && !subject.hasPrefix("@")
            let name = record.commands.knows(subject) ? "{command}" : "{unknown-command}"
            let match =
                isCommand
                ? record.match("ACL SETUSER {user} \(sign)\(name)", words, situation)
                : record.match(words, in: situation)
            guard let match else { return nil }
            if match.answer.isError { return match }
            last = match
        }
        return last
    }

    // MARK: Logging in

    private mutating func logIn(_ words: [String]) async throws -> RESPValue {
        let situation = try await situation
        let username = words.count == 3 ? words[1] : nil
        if let username, try await behind.user(username) == nil {
            return try await filled(
                record.answer(to: "AUTH {unknown-user} {password}", in: situation), [:], ["AUTH", "…"])
        }
        // If no password is set, any password is right.
        let isRight = setup == .bare ? true : await behind.admits(username: username, password: words.last ?? "")
        if isRight { isLoggedIn = true }
        let password = isRight ? "{password}" : "{wrong-password}"
        let question = username == nil ? "AUTH \(password)" : "AUTH {user} \(password)"
        return try await filled(record.answer(to: question, in: situation), [:], ["AUTH", "…"])
    }

    // MARK: Subscriptions

    private func subscribe(_ words: [String], _ send: (RESPValue) async throws -> Void) async throws {
        let situation = try await situation
        let channels = Array(words.dropFirst())
        for channel in channels {
            let answer = record.match(["SUBSCRIBE", channel], in: situation)?.answer
            let reply = try await filled(answer, ["channel": channel], words)
            if case .error = reply { return try await send(reply) }
        }
        let subscription = try await behind.subscribe(channels)
        for (index, channel) in channels.enumerated() {
            try await send(.array([.text("subscribe"), .text(channel), .integer(Int64(index + 1))]))
        }
        for await message in subscription.messages {
            try await send(.array([.text("message"), .text(message.channel), .text(message.payload)]))
        }
    }
}

extension DragonflyRecord {
    /// - Parameter words: the client's words, from which the question's placeholders get their values.
    fileprivate func match(_ question: String, _ words: [String], _ situation: Situation) -> Match? {
        answer(to: question, in: situation).map { answer in
            let question = RecordedQuestion(question)
            return Match(question: question, words: question.values(in: words) ?? [:], answer: answer)
        }
    }
}

extension RESPValue {
    static func text(_ text: String) -> RESPValue { .bulkString(.init(string: text)) }
}
