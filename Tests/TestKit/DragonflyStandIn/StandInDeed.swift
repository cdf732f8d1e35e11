import RESP
import Values

/// Carries out, on the Redis behind, what a recorded command changes, and gets from there the values that its answer
/// needs.
struct StandInDeed {
    let behind: RedisBehind
    let registry: StandInRegistry
    let client: Int

    /// - Parameter words: the values of the question's placeholders.
    func carryOut(_ command: Command, _ words: [String: String]) async throws -> Values {
        var values = Values(words: words)
        let command = Self.forRedis(command)
        let (name, part) = (command.words[0].uppercased(), command.words.dropFirst().first?.uppercased() ?? "")
        switch (name, part) {
        case ("INFO", _), ("ROLE", _), ("COMMAND", _): values.add(try await behind.info().values)
        case ("REPLICAOF", "NO"), ("SLAVEOF", "NO"): _ = try await behind.send(command)
        case ("REPLICAOF", _), ("SLAVEOF", _):
            try await behind.follow(Endpoint(host: command.words[1], port: Int(command.words[2]) ?? 0))
        case ("CONFIG", "GET"): try await values.add(setting(command.words[2]))
        case ("CONFIG", "SET") where DragonflyText.settings.values.contains(command.words[2]):
            _ = try await behind.send(command)
        case ("CONFIG", "RESETSTAT"), ("SELECT", _), ("CLIENT", "PAUSE"), ("CLIENT", "UNPAUSE"), ("ACL", "SETUSER"),
            ("ACL", "DELUSER"), ("ACL", "SAVE"):
            _ = try await behind.send(command)
        case ("TIME", _):
            let time = try await behind.send(command).array?.map { $0.string ?? "" } ?? []
            values.add(Values(words: Dictionary(zip(["seconds", "microseconds"], time)) { $1 }))
        case ("CLIENT", "SETNAME"): await registry.rename(client, command.words.last ?? "")
        case ("CLIENT", "KILL"): if let id = words["id"].flatMap({ Int($0) }) { await registry.disconnect(id) }
        case ("ACL", "USERS"): values.lists["user"] = try await behind.users
        case ("ACL", "GETUSER"): values.words.merge(try await behind.user(command.words[2])?.words ?? [:]) { $1 }
        case ("PUBLISH", _), ("PUBSUB", _): try await values.add(count(command))
        default: break
        }
        values.add(await registry.values(for: client))
        return values
    }

    private func setting(_ name: String) async throws -> Values {
        guard DragonflyText.settings.values.contains(name) else { return Values() }
        let value = try await behind.setting(name)
        // A Dragonfly always has a memory limit, so a Redis without one has no value to give.
        return name == "maxmemory" && value == "0" ? Values() : Values(words: ["value": value])
    }

    private func count(_ command: Command) async throws -> Values {
        let reply = try await behind.send(command)
        let number = reply.integer ?? reply.array?.last?.integer ?? 0
        return Values(words: ["number": String(number)])
    }

    /// Replaces Dragonfly's names of settings by those of Redis: `replica_priority` becomes `replica-priority`.
    private static func forRedis(_ command: Command) -> Command {
        var words = command.words
        guard words.count > 2, words[0].uppercased() == "CONFIG" else { return command }
        let name = words[2].lowercased().replacing("-", with: "_")
        words[2] = DragonflyText.settings[name] ?? words[2]
        return Command(words)
    }
}

extension Values {
    mutating func add(_ other: Values) {
        words.merge(other.words) { $1 }
        lists.merge(other.lists) { $1 }
    }
}
