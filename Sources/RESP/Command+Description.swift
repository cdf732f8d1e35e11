import NIOCore

/// Only words that are known to be harmless are shown; `…` stands for the rest. Keys and values belong to the
/// application and are as good as secrets, so data commands show their name alone.
extension Command: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let words = arguments.map { String(buffer: $0) }
        let shown = Self.shown(words).map { $0.printable(limit: 100) }
        return (shown.count < words.count ? shown + ["…"] : shown).joined(separator: " ")
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["command": description]) }

    private static func shown(_ words: [String]) -> [String] {
        let head = words.prefix(2).map { $0.lowercased() }
        guard let name = head.first else { return [] }
        if shownWhole.contains(name) { return words }
        guard head.count > 1 else { return words }
        switch (name, head[1]) {
        case ("config", "set"): return shownPairs(words, after: 2)
        case ("sentinel", "set"): return shownPairs(words, after: 3)
        case ("client", _), ("cluster", _), ("command", _), ("latency", _), ("script", "exists"), ("script", "flush"):
            return words
        case ("config", _): return words
        // `SENTINEL CONFIG SET` takes passwords too.
        case ("sentinel", "config"): return shownPairs(words, after: 3)
        case ("sentinel", _): return words
        case ("acl", "setuser"): return Array(words.prefix(3))
        case ("acl", "genpass"), ("acl", "whoami"), ("acl", "users"), ("acl", "cat"), ("acl", "getuser"),
            ("acl", "deluser"), ("acl", "list"), ("acl", "dryrun"), ("acl", "save"):
            return Array(words.prefix(4))
        case ("hello", _), ("publish", _): return Array(words.prefix(2))
        default: return [words[0]]
        }
    }

    /// Shows the words from `count` on as names and values in turn, and hides the values of parameters that are not
    /// known to be harmless.
    private static func shownPairs(_ words: [String], after count: Int) -> [String] {
        var result = Array(words.prefix(count))
        for index in stride(from: count, to: words.count, by: 2) {
            result.append(words[index])
            guard index + 1 < words.count else { break }
            let name = String(words[index].lowercased().map { $0 == "_" ? "-" : $0 })
            result.append(harmlessParameters.contains(name) ? words[index + 1] : "…")
        }
        return result
    }

    private static let shownWhole: Set<String> = [
        "ping", "info", "role", "replicaof", "slaveof", "wait", "waitaof", "dbsize", "select", "multi", "exec",
        "discard",
        "subscribe", "unsubscribe", "psubscribe", "punsubscribe", "save", "bgsave", "lastsave", "bgrewriteaof",
        "flushall",
        "flushdb", "swapdb", "shutdown", "failover", "time", "quit", "reset", "scan", "psync", "replconf", "readonly",
        "readwrite", "asking",
    ]

    private static let harmlessParameters: Set<String> = [
        "min-replicas-to-write", "min-replicas-max-lag", "min-slaves-to-write", "min-slaves-max-lag",
        "replica-priority",
        "slave-priority", "replica-read-only", "slave-read-only", "replica-announced", "replica-announce-ip",
        "replica-announce-port", "repl-timeout", "repl-diskless-sync", "repl-diskless-sync-delay", "repl-backlog-size",
        "repl-ping-replica-period", "client-output-buffer-limit", "maxmemory", "maxmemory-policy", "maxclients",
        "timeout",
        "save", "appendonly", "databases", "dbnum", "dir", "dbfilename", "port", "bind", "protected-mode",
        "notify-keyspace-events", "loglevel", "tls-replication", "down-after-milliseconds", "failover-timeout",
        "parallel-syncs", "quorum", "resolve-hostnames", "announce-hostnames",
    ]
}
