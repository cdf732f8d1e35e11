import RESP
import Values

/// What the Redis behind the stand-in says about itself in `INFO`.
struct RedisInfo {
    /// The lines of all sections.
    private let lines: [(key: String, value: String)]

    init(_ text: String) {
        lines = text.split(whereSeparator: \.isNewline).compactMap { line in
            guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[line.index(after: colon)...]))
        }
    }

    var primary: Endpoint? {
        guard self["role"] == "slave", let port = Int(self["master_port"]) else { return nil }
        return Endpoint(host: self["master_host"], port: port)
    }

    /// The role that a Dragonfly would have. Redis calls the sync in progress as soon as it has asked for one;
    /// Dragonfly calls it preparation until the first byte has arrived.
    var role: Situation.Role {
        guard self["role"] == "slave" else { return .primary }
        if self["master_link_status"] == "up" { return .online }
        if self["master_sync_in_progress"] == "1" {
            return (Int(self["master_sync_read_bytes"]) ?? 0) > 0 ? .fullSync : .preparation
        }
        // The Redis was told to follow and its link was never up. A Dragonfly has greeted the primary before it answers
        // OK, so it is in preparation.
        return self["master_link_down_since_seconds"] == "-1" ? .preparation : .disconnected
    }

    /// The values for the placeholders of an answer about the server.
    var values: Values {
        var values = Values(words: Dictionary(lines) { first, _ in first })
        // A Dragonfly always has a memory limit. If the Redis has none, the recorded limit is used.
        if self["maxmemory"] == "0" { for name in ["maxmemory", "maxmemory_human"] { values.words[name] = nil } }
        for name in ["executable", "config_file", "multiplexing_api"] { values.words[name] = nil }
        values.words["primary-host"] = self["master_host"]
        values.words["primary-port"] = self["master_port"]
        values.lists["database"] = databases
        values.lists["command"] = lines.filter { $0.key.hasPrefix("cmdstat_") }.map { line in
            Self.fields(line.value).merging(["command": String(line.key.dropFirst("cmdstat_".count))]) { $1 }
        }
        return values
    }

    /// Dragonfly lists its first database even if it holds no keys.
    private var databases: [[String: String]] {
        let empty = ["database": "db0", "keys": "0", "expires": "0", "avg_ttl": "-1"]
        let databases = lines.filter { $0.key.hasPrefix("db") && Int($0.key.dropFirst(2)) != nil }.map { line in
            empty.merging(Self.fields(line.value)) { $1 }.merging(["database": line.key]) { $1 }
        }
        return (databases.contains { $0["database"] == "db0" } ? databases : [empty] + databases).map {
            $0.merging(["hits": "0", "misses": "0", "hit_ratio": "0.00"]) { $1 }
        }
    }

    private static func fields(_ text: String) -> [String: String] {
        let pairs = text.split(separator: ",").compactMap { part -> (String, String)? in
            let words = part.split(separator: "=", maxSplits: 1)
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private subscript(key: String) -> String { lines.first { $0.key == key }?.value ?? "" }
}
