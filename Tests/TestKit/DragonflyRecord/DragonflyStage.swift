import PlanModel
import RESP
import Rehearsal
import Values

/// Brings a Dragonfly into each situation, and supplies words for the placeholders of questions.
struct DragonflyStage: Sendable {
    private static let password = "recorded-password"
    private let lab: Lab

    init(_ lab: Lab) { self.lab = lab }

    /// Sets up what the situations need: data whose transfer takes a while, and the Dragonfly's login at the source.
    func furnish() async throws {
        let source = lab.settings(for: lab.source)
        if let password = source.password {
            try await target("CONFIG", "SET", "masterauth", password.reveal())
            try await target("CONFIG", "SET", "masteruser", source.username ?? "")
        }
        let session = lab.session(lab.source)
        // Random values, because data that can be compressed would stay in the source's buffer for long.
        let value = (0..<100).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        _ = try await session.pipeline(
            (0..<4_000).map { Command(["SET", "recorded:\($0)", value]) }, timeout: .seconds(30))
        await session.close()
    }

    func enter(_ role: Situation.Role) async throws {
        try await lab.source.start()
        try await target("REPLICAOF", "NO", "ONE")
        try await wait(for: .primary)
        try await makeUsers()
        try await target("ACL", "LOG", "RESET")
        try await target("SET", "recorded:0", "recorded")
        // Dragonfly counts unknown commands. It gets one in each situation, so that there is a count to record.
        _ = try? await lab.send(["NOSUCHCOMMAND"], to: lab.target)
        switch role {
        case .primary, .locked: return
        case .preparation: try await follow(syncDelay: 600, keyDelay: 0)
        case .fullSync: try await follow(syncDelay: 0, keyDelay: 20_000)
        case .online: try await follow(syncDelay: 0, keyDelay: 0)
        case .disconnected:
            try await follow(syncDelay: 0, keyDelay: 0)
            try await wait(for: .online)
            await lab.source.kill()
        }
        try await wait(for: role)
    }

    /// - Throws: `SituationEnded` if the Dragonfly has left the situation.
    func expect(_ role: Situation.Role) async throws {
        guard try await self.role == Self.words[role] else { throw SituationEnded(role: role) }
    }

    private func wait(for role: Situation.Role) async throws {
        try await eventually("the target is '\(role.rawValue)'") { try await self.role == Self.words[role] }
    }

    /// What the property `role` is in each situation.
    private static let words: [Situation.Role: String] = [
        .primary: "master", .locked: "master", .preparation: "preparation", .fullSync: "full_sync", .online: "online",
        .disconnected: "connecting",
    ]

    /// Makes a user who may do everything and one who may do little.
    func makeUsers() async throws {
        for user in ["recorded-user", "limited-user", "recorded-new-user"] { try await target("ACL", "DELUSER", user) }
        try await target("ACL", "SETUSER", "recorded-user", "on", ">\(Self.password)", "~*", "+@all")
        try await target("ACL", "SETUSER", "limited-user", "on", ">\(Self.password)", "~*", "+get")
    }

    /// - Parameters:
    ///   - syncDelay: the seconds that the source waits before it begins to send.
    ///   - keyDelay: the microseconds that the source takes for each key.
    private func follow(syncDelay: Int, keyDelay: Int) async throws {
        for (name, value) in [("repl-diskless-sync-delay", syncDelay), ("rdb-key-save-delay", keyDelay)] {
            try await lab.send(Command(["CONFIG", "SET", name, String(value)]), to: lab.source)
        }
        let source = lab.address(of: lab.source)
        try await target("REPLICAOF", source.host, String(source.port))
    }

    /// The word for the situation in the reply to `ROLE`: a replica's last word, a primary's first.
    private var role: String? {
        get async throws {
            let words = try await lab.send(["ROLE"], to: lab.target).array?.map(\.string)
            return words?.count == 2 ? words?.first ?? nil : words?.last ?? nil
        }
    }

    private func target(_ words: String...) async throws {
        try await lab.send(Command(words), to: lab.target)
    }

    /// Words for the placeholders of a question. A `CONFIG SET` gets the value that the setting has already, so that it
    /// changes nothing.
    func examples(for question: String) async throws -> [String: String] {
        let source = lab.address(of: lab.source)
        let own = lab.settings(for: lab.target)
        let login =
            own.password == nil
            ? (user: "default", password: "any") : (own.username ?? "default", own.password?.reveal() ?? "")
        var examples = [
            "host": source.host, "port": String(source.port), "closed-port": "1", "user": "recorded-user",
            "password": Self.password, "wrong-password": "no-password", "open-user": "default",
            "unknown-user": "nobody-at-all", "limited-user": "limited-user", "command": "info", "category": "read",
            "unknown-command": "nosuchcommand", "pattern": "recorded:*", "digest": String(repeating: "5e88", count: 16),
            "name": "recorded-name", "milliseconds": "100", "channel": "recorded-channel",
            "message": "recorded-message",
            "key": "recorded:0", "other-key": "recorded:copy", "missing-key": "recorded:missing", "value": "recorded",
            "index": "0", "ip": "127.0.0.1", "far-time": "99999999999999", "other-name": "maxmemory",
            "other-value": "1gb",
        ]
        let words = question.split(separator: " ").map(String.init)
        if question.hasPrefix("ACL SETUSER") { examples["user"] = "recorded-new-user" }
        if question == "CLIENT KILL ID {id}" {
            let session = lab.session(lab.target)
            let id = try await session.send(["CLIENT", "ID"]).integer
            examples["id"] = id.map { String($0) }
            // A session that nobody holds would close its connection before it is killed.
            Task {
                try await Task.sleep(for: .seconds(30))
                await session.close()
            }
        }
        if words.first == "AUTH" { (examples["user"], examples["password"]) = login }
        if words.count > 3, words.starts(with: ["CONFIG", "SET"]) {
            // A question with a fixed value needs no example, so any setting will do for it.
            let setting = words[3] == "{value}" ? words[2] : "maxmemory"
            let reply = try await lab.send(Command(["CONFIG", "GET", setting]), to: lab.target)
            if let value = reply.array?.last?.string { examples["value"] = value }
        }
        return examples
    }
}

/// The Dragonfly left the situation before all questions were asked, for example because a full sync was over.
struct SituationEnded: Error {
    let role: Situation.Role
}
