import NIOCore
import RESP

/// What Dragonfly v1.40.1 does differently from Redis with one command, as a value: recorded from a real one.
enum DragonflyDialect {
    enum Verdict {
        /// Redis may answer.
        case forward
        /// Redis may answer, and its reply is put into Dragonfly's words.
        case translate(@Sendable (RESPValue) -> RESPValue)
        /// Redis never sees it.
        case answer(RESPValue)
        /// Follow this primary, after a handshake with it.
        case follow(ServerAddress)
        /// `INFO` with these sections, in lower case; empty for the plain command.
        case info([String])
        case role
        case subscribe([String])
    }

    static func verdict(on command: Command) -> Verdict {
        let words = command.words
        switch words.first?.uppercased() ?? "" {
        case "INFO": return .info(words.dropFirst().map { $0.lowercased() })
        case "ROLE": return .role
        case "REPLICAOF", "SLAVEOF": return following(words)
        case "SUBSCRIBE": return .subscribe(Array(words.dropFirst()))
        case "CONFIG": return config(words)
        case "CLIENT": return client(words)
        case "REPLCONF": return .answer(.simpleString("OK"))
        case "AUTH" where words.count == 2: return .translate(authentication)
        case let name where unknown.contains(name): return .answer(error("ERR unknown command `\(name)`"))
        default: return .forward
        }
    }

    static func error(_ message: String) -> RESPValue { .error(RESPError(message: message)) }

    private static let unknown: Set<String> = [
        "ASKING", "BGREWRITEAOF", "FAILOVER", "FCALL", "FCALL_RO", "GEOSEARCHSTORE", "LCS", "LOLWUT", "MIGRATE",
        "OBJECT",
        "PFDEBUG", "PFSELFTEST", "PSYNC", "RESTORE-ASKING", "SWAPDB", "SYNC", "WAITAOF",
    ]

    private static func following(_ words: [String]) -> Verdict {
        guard words.count == 3, words.dropFirst().map({ $0.lowercased() }) != ["no", "one"] else { return .forward }
        guard let port = Int(words[2]), (0...65_535).contains(port) else {
            return .answer(error("ERR port is out of range"))
        }
        return .follow(ServerAddress(host: words[1], port: port))
    }

    /// Without a password anybody's password is right.
    private static let authentication: @Sendable (RESPValue) -> RESPValue = { reply in
        if case .error(let error) = reply, error.code == "ERR" { .simpleString("OK") } else { reply }
    }

    private static func client(_ words: [String]) -> Verdict {
        guard words.count > 1 else { return .forward }
        switch words[1].uppercased() {
        case "KILL" where words.count > 3 && !["ADDR", "LADDR", "ID"].contains(words[2].uppercased()):
            return .answer(error("ERR syntax error"))
        case let name where ["NO-EVICT", "NO-TOUCH", "REPLY", "UNBLOCK"].contains(name):
            return .answer(
                error("ERR Unknown subcommand or wrong number of arguments for '\(name)'. Try CLIENT HELP."))
        default: return .forward
        }
    }

    // MARK: CONFIG

    /// Its flags that a test can come across, and what Redis calls them.
    private static let flags: [String: String] = [
        "replica_priority": "replica-priority", "masterauth": "masterauth", "masteruser": "masteruser",
        "requirepass": "requirepass", "maxmemory": "maxmemory", "timeout": "timeout", "maxclients": "maxclients",
        "databases": "databases", "dir": "dir", "dbfilename": "dbfilename",
    ]

    private static func config(_ words: [String]) -> Verdict {
        switch words.count > 1 ? words[1].uppercased() : "" {
        case "REWRITE": return .answer(error("ERR The server is running without a config file"))
        case "GET": return configGet(words.dropFirst(2).map { $0.lowercased().replacing("-", with: "_") })
        case "SET": return configSet(words)
        default: return .forward
        }
    }

    private static func configGet(_ names: [String]) -> Verdict {
        guard let name = names.first, !name.contains("*") else { return .forward }
        guard flags[name] != nil else { return .answer(.array([])) }
        return .translate { reply in
            guard let value = reply.array?.dropFirst().first?.string else { return .array([]) }
            let shown = name == "maxmemory" && value == "0" ? "1073741824" : value
            return .array([.text(name), .text(shown)])
        }
    }

    private static func configSet(_ words: [String]) -> Verdict {
        guard words.count == 4 else { return .answer(error("ERR wrong number of arguments for 'config|set' command")) }
        let name = words[2].lowercased()
        guard flags[name.replacing("-", with: "_")] != nil else {
            return .answer(error("ERR Unknown option or number of arguments for CONFIG SET - '\(words[2])'"))
        }
        return .forward
    }

    /// The command as Redis knows it: `replica_priority` is `replica-priority` there.
    static func forRedis(_ command: Command) -> Command {
        var words = command.words
        guard words.count > 2, words[0].uppercased() == "CONFIG", let name = flags[words[2].lowercased()] else {
            return command
        }
        words[2] = name
        return Command(words)
    }
}

extension RESPValue {
    static func text(_ text: String) -> RESPValue { .bulkString(.init(string: text)) }
}
