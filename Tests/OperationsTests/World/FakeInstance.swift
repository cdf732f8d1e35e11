import RESP
import Values

/// One server of a small world.
struct FakeInstance: Equatable {
    /// `nil` for a primary.
    var follows: Endpoint?
    var writes: [Int] = []
    var settings = [
        "min-replicas-to-write": "0", "min-replicas-max-lag": "10", "replica-priority": "100", "masteruser": "",
        "masterauth": "", "tls-replication": "no", "proc-title-template": "{title} {listen-addr} {server-mode}",
    ]
    /// `nil` for a server that knows no users, as Redis 5.
    var users: FakeUsers?
    var pausedUntil = Duration.zero
    var isUp = true
    /// Whether an application might write to the server, which it does not before the server has had data.
    var isKnownToClients = false
    /// Whether somebody is connected to it who only asks for the primary when that connection ends.
    var hasClients = false
    var startedAt = Duration.seconds(-1_000_000)
    /// What tells the run id from that of another life.
    var life = ""
    var fullSyncs = 1
    /// What it would be after another start; `nil` for one that runs without a configuration file.
    var file: FakeFile? = FakeFile()
}

/// The configuration file of a server, as it was written last.
struct FakeFile: Equatable {
    var follows: Endpoint?
    /// `nil` before the server has written it.
    var settings: [String: String]?
    var isWritable = true
}

extension SmallWorld {
    mutating func answerAsInstance(_ address: Endpoint, _ words: [String], _ line: String) -> RESPValue {
        switch words[0].uppercased() {
        case "INFO": return info(address, words.dropFirst().first ?? "")
        case "ROLE": return role(address)
        case "CONFIG": return configure(address, words, line)
        case "PUBSUB": return .array([.text(words[2]), .integer(Int64(sentinels.count))])
        case "CLIENT", "MULTI", "EXEC": return client(address, words, line)
        case "ACL" where instances[address]?.users != nil:
            return instances[address]?.users?.answer(words) ?? .null
        case "REPLICAOF": return follow(address, words, line)
        case "COMMAND": return .array([.array([.text("set"), .integer(-3), .words(["write", "denyoom"])])])
        case "FLUSHALL":
            instances[address]?.writes = []
            return .ok
        case "SHUTDOWN":
            if isSupervised { restart(address) } else { instances[address]?.isUp = false }
            return .ok
        default: return .refusal("ERR unknown command")
        }
    }

    private mutating func client(_ address: Endpoint, _ words: [String], _ line: String) -> RESPValue {
        switch true {
        case line == "CLIENT LIST":
            return .text(
                replicas(of: address).map { "id=\(7 + $0.port) addr=\($0.host):40000 flags=S\n" }.joined())
        case line.hasPrefix("CLIENT PAUSE"):
            guard let length = Int64(words[2]), length >= 0 else { return .refusal("ERR timeout is negative") }
            // A second pause can only lengthen the first.
            let present = instances[address]?.pausedUntil ?? .zero
            instances[address]?.pausedUntil = max(present, now + .milliseconds(length))
        case line.hasPrefix("CLIENT KILL TYPE"): sendClientsAway(from: address)
        case line == "CLIENT UNPAUSE": instances[address]?.pausedUntil = .zero
        case line == "CLIENT ID": return .integer(1)
        case line == "EXEC": return .array([.integer(0), .integer(0), .ok])
        default: break
        }
        return .ok
    }

    /// Each of them asks one of the Sentinels, in one way or the other; where there are none, for a server that is a primary.
    private mutating func sendClientsAway(from address: Endpoint) {
        guard instances[address]?.hasClients == true else { return }
        instances[address]?.hasClients = false
        let asked = sentinels.filter(\.isUp).flatMap { [$0.named, $0.shown] }
        let primaries = instances.filter { $0.value.follows == nil }.map(\.key)
        for server in sentinels.isEmpty ? primaries : asked { instances[server]?.hasClients = true }
    }

    private mutating func follow(_ address: Endpoint, _ words: [String], _ line: String) -> RESPValue {
        guard line != "REPLICAOF NO ONE" else {
            instances[address]?.follows = nil
            if restartsAtPromotion { instances[address] = FakeInstance(startedAt: now, life: "-2") }
            return .ok
        }
        let upstream = Endpoint(host: words[1], port: Int(words[2]) ?? 0)
        if instances[address]?.follows != upstream { instances[upstream]?.fullSyncs += 1 }
        instances[address]?.follows = upstream
        return .ok
    }

    private mutating func configure(_ address: Endpoint, _ words: [String], _ line: String) -> RESPValue {
        if line == "CONFIG REWRITE" { return rewrite(address) }
        if line.hasPrefix("CONFIG SET") {
            instances[address]?.settings[words[2]] = words[3]
            return .ok
        }
        return .words(instances[address]?.settings[words[2]].map { [words[2], $0] } ?? [])
    }

    mutating func rewrite(_ address: Endpoint) -> RESPValue {
        guard let instance = instances[address], let file = instance.file else {
            return .refusal("ERR The server is running without a config file")
        }
        guard file.isWritable else { return .refusal("ERR Rewriting config file: Permission denied") }
        instances[address]?.file = FakeFile(follows: instance.follows, settings: instance.settings)
        return .ok
    }

    /// Starts it again from its file, at once and with its data.
    mutating func restart(_ address: Endpoint) {
        guard var instance = instances[address] else { return }
        instance.follows = instance.file?.follows
        instance.settings = instance.file?.settings ?? FakeInstance().settings
        (instance.startedAt, instance.life, instance.pausedUntil) = (now, "-\(now.inMilliseconds)", .zero)
        instance.hasClients = false
        instances[address] = instance
    }

    private func role(_ address: Endpoint) -> RESPValue {
        guard let instance = instances[address] else { return .null }
        let offset = offset(instance)
        guard let upstream = instance.follows else { return .array([.text("master"), .integer(offset), .array([])]) }
        return .array([
            .text("slave"), .text(upstream.host), .integer(Int64(upstream.port)),
            .text(isLinkUp(instance) ? "connected" : "connect"), .integer(offset),
        ])
    }

    private func info(_ address: Endpoint, _ section: String) -> RESPValue {
        guard let instance = instances[address] else { return .null }
        switch section.lowercased() {
        case "replication": return .info(replication(address, instance))
        case "server":
            let uptime = (now - instance.startedAt).components.seconds
            return .info([
                "# Server", "redis_version:7.0.15", "run_id:run-of-\(address)\(instance.life)",
                "uptime_in_seconds:\(uptime)",
                "config_file:\(instance.file == nil ? "" : "/etc/redis.conf")",
            ])
        case "keyspace":
            let count = instance.writes.count
            return .info(["# Keyspace"] + (count == 0 ? [] : ["db0:keys=\(count),expires=0,avg_ttl=0"]))
        case "memory": return .info(["# Memory", "used_memory:1048576", "maxmemory:0"])
        case "clients": return .info(["# Clients", "connected_clients:3", "maxclients:10000"])
        case "stats": return .info(["# Stats", "sync_full:\(instance.fullSyncs)"])
        case "commandstats": return .info(["# Commandstats", "cmdstat_set:calls=\(instance.writes.count),usec=1"])
        default: return .info(["# \(section)"])
        }
    }

    private func replication(_ address: Endpoint, _ instance: FakeInstance) -> [String] {
        let offset = offset(instance)
        var lines = ["# Replication", "role:\(instance.follows == nil ? "master" : "slave")"]
        if let upstream = instance.follows {
            lines += [
                "master_host:\(upstream.host)", "master_port:\(upstream.port)",
                "master_link_status:\(isLinkUp(instance) ? "up" : "down")", "master_last_io_seconds_ago:0",
                "master_sync_in_progress:0", "slave_repl_offset:\(offset)",
                "slave_priority:\(instance.settings["replica-priority"] ?? "100")",
            ]
            if !isLinkUp(instance) { lines.append("master_link_down_since_seconds:1") }
        }
        for (index, replica) in replicas(of: address).enumerated() {
            lines.append("slave\(index):ip=\(replica.host),port=\(replica.port),state=online,offset=\(offset),lag=0")
        }
        return lines + ["master_repl_offset:\(offset)"]
    }

    private func offset(_ instance: FakeInstance) -> Int64 { Int64(instance.writes.count * 40) }

    private func isLinkUp(_ instance: FakeInstance) -> Bool {
        guard let upstream = instance.follows, let primary = instances[upstream] else { return false }
        return primary.isUp && primary.follows == nil
    }
}
