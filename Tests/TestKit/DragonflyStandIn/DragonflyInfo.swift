import RESP

/// What the Redis behind the stand-in says about itself, told as Dragonfly v1.40.1 would.
struct DragonflyInfo {
    /// Of the Redis, all sections.
    private let lines: [(section: String, key: String, value: String)]
    private let port: Int

    init(redis text: String, port: Int) {
        self.port = port
        var section = ""
        lines = text.split(whereSeparator: \.isNewline).compactMap { line in
            if line.hasPrefix("# ") {
                section = line.dropFirst(2).lowercased()
                return nil
            }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (section, String(line[..<colon]), String(line[line.index(after: colon)...]))
        }
    }

    /// `INFO` with these sections. `default`, `everything` and names it does not know come out empty.
    func text(_ wanted: [String]) -> String {
        let all = ["server", "clients", "memory", "stats", "replication", "keyspace"]
        let sections = wanted.isEmpty || wanted.contains("all") ? all : wanted
        return sections.compactMap { name in
            let lines = self.lines(of: name)
            guard !lines.isEmpty else { return nil }
            return (["# " + name.prefix(1).uppercased() + name.dropFirst()] + lines).map { $0 + "\r\n" }.joined()
        }.joined(separator: "\r\n")
    }

    /// `ROLE`: the port is a string, the offset is not there.
    var role: RESPValue {
        guard isReplica else { return .array([.text("master"), .array([])]) }
        return .array([
            .text("slave"), .text(self["master_host"]), .text(self["master_port"]), .text(phase.rawValue),
        ])
    }

    var primary: ServerAddress? {
        guard isReplica, let port = Int(self["master_port"]) else { return nil }
        return ServerAddress(host: self["master_host"], port: port)
    }

    private var isReplica: Bool { self["role"] == "slave" }

    private enum Phase: String {
        case connecting, preparation
        case fullSync = "full_sync"
        case online
    }

    /// Redis says that the sync is in progress from the moment it has asked for one; for Dragonfly that is still
    /// preparation, until the first byte is there.
    private var phase: Phase {
        if self["master_link_status"] == "up" { return .online }
        if self["master_sync_in_progress"] == "1" {
            return (Int(self["master_sync_read_bytes"]) ?? 0) > 0 ? .fullSync : .preparation
        }
        // Just told to follow and never up yet: Dragonfly has greeted the primary before it said OK.
        return self["master_link_down_since_seconds"] == "-1" ? .preparation : .connecting
    }

    private subscript(key: String) -> String { lines.first { $0.key == key }?.value ?? "" }

    private func lines(of section: String) -> [String] {
        switch section {
        case "server": server
        case "replication": isReplica ? replica : primaryLines
        case "keyspace": keyspace
        case "memory": memory
        case "clients", "stats", "persistence", "commandstats", "errorstats":
            lines.filter { $0.section == section }.map { "\($0.key):\($0.value)" }
        default: []
        }
    }

    private var server: [String] {
        [
            "redis_version:7.4.0", "dragonfly_version:df-v1.40.1", "redis_mode:standalone", "arch_bits:64",
            "process_id:\(self["process_id"])", "os:\(self["os"])", "thread_count:2", "multiplexing_api:iouring",
            "tcp_port:\(port)", "uptime_in_seconds:\(self["uptime_in_seconds"])",
            "uptime_in_days:\(self["uptime_in_days"])", "hz:100", "executable:/usr/bin/dragonfly", "config_file:",
        ]
    }

    private var primaryLines: [String] {
        ["role:master", "connected_slaves:0", "master_replid:\(self["master_replid"])"]
    }

    private var replica: [String] {
        let offset = phase == .online ? ["slave_repl_offset:\(self["slave_repl_offset"])"] : []
        return [
            "role:slave", "master_host:\(self["master_host"])", "master_port:\(self["master_port"])",
            "master_link_status:\(phase == .connecting ? "down" : "up")", "master_last_io_seconds_ago:0",
            "master_sync_in_progress:\(phase == .fullSync ? 1 : 0)",
            "master_replid:\(phase == .preparation ? "" : self["master_replid"])",
        ] + offset + [
            "slave_priority:\(self["slave_priority"])", "slave_read_only:1", "psync_attempts:0", "psync_successes:0",
        ]
    }

    private var keyspace: [String] {
        let databases = lines.filter { $0.section == "keyspace" }.map { line in
            let fields = line.value.split(separator: ",")
            let (counts, rest) = (fields.prefix(2).joined(separator: ","), fields.dropFirst(2).joined(separator: ","))
            return "\(line.key):\(counts),hits=0,misses=0,hit_ratio=0.00,\(rest)"
        }
        // Database 0 is listed even where it is empty.
        let first = databases.contains { $0.hasPrefix("db0:") }
        return (first ? [] : ["db0:keys=0,expires=0,hits=0,misses=0,hit_ratio=0.00,avg_ttl=-1"]) + databases
    }

    private var memory: [String] {
        let kept = [
            "used_memory", "used_memory_human", "used_memory_peak", "used_memory_peak_human", "used_memory_rss",
        ]
        return kept.map { "\($0):\(self[$0])" } + [
            "maxmemory:\(self["maxmemory"] == "0" ? "1073741824" : self["maxmemory"])", "cache_mode:store",
            "maxmemory_policy:noeviction",
        ]
    }
}
