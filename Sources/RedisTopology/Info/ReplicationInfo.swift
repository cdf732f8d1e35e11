package import RESP
package import Values

/// The role of a server: a primary, or the replica of one.
package enum ReplicationRole: String, Sendable, Hashable, Codable {
    case primary, replica

    /// Reads the words of Redis, Valkey and Dragonfly. Older builds of Dragonfly say `replica`; the KeyDB family says
    /// `active-replica`.
    package init?(wire: String) {
        switch wire {
        case "master", "primary": self = .primary
        case "slave", "replica", "active-replica": self = .replica
        default: return nil
        }
    }
}

/// `INFO replication`, typed.
package struct ReplicationInfo: Sendable, Equatable {
    package let role: ReplicationRole
    /// The replicas that are connected to this server; a replica can have some of its own.
    package let replicas: [ConnectedReplica]
    /// The position in the replication stream in bytes (`master_repl_offset`). Dragonfly as primary has none.
    package let offset: Int64?
    package let replicationID: String?
    /// The history of writes that this server continues with another id; `nil` if there is none.
    package let former: FormerHistory?
    /// The primary that this server follows and the state of the link to it; `nil` on a primary.
    package let upstream: Upstream?

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard reply.string != nil else {
            throw ReplyError(command: "INFO replication", expected: "lines of 'field:value'", reply: reply)
        }
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["replication"]
        let word = try section.required("role")
        guard let role = ReplicationRole(wire: word) else {
            throw ReplyError(
                command: section.command, expected: "role 'master' or 'slave'", found: "'\(word.printable(limit: 80))'")
        }
        self.role = role
        replicas = try ConnectedReplica.read(section)
        offset = try section.integer("master_repl_offset")
        replicationID = section["master_replid"].flatMap(Self.identifier)
        former = try FormerHistory(section)
        upstream = role == .replica ? try Upstream(section) : nil
    }

    /// Up to which offset this server has every write of a history; `nil` if it is no history that this server knows of.
    package func end(of history: String) -> Int64? {
        if history == replicationID { return offset ?? .max }
        return history == former?.id ? former?.end : nil
    }

    /// A history of writes (`master_replid2`) that a server shared with its former primary until it was promoted. It has
    /// every write of that history up to an offset, the one before `second_repl_offset`.
    package struct FormerHistory: Sendable, Equatable {
        package let id: String
        package let end: Int64

        init?(_ section: Info.Section) throws(ReplyError) {
            guard let id = section["master_replid2"].flatMap(ReplicationInfo.identifier),
                let beyond = try section.integer("second_repl_offset"), beyond > 0
            else { return nil }
            (self.id, end) = (id, beyond - 1)
        }
    }

    /// `nil` for "none", which Redis writes as forty zeros and Dragonfly as nothing.
    fileprivate static func identifier(_ text: String) -> String? {
        text.allSatisfy { $0 == "0" } ? nil : text
    }
}

/// A replica as its primary sees it (`slave0:ip=…`). Its offset is the last one that it acknowledged, up to a second
/// ago.
package struct ConnectedReplica: Sendable, Equatable {
    package let address: Endpoint
    /// `online`, `wait_bgsave` or `send_bulk`; Dragonfly has words of its own.
    package let state: String
    package let offset: Int64?
    /// The time since the replica's last acknowledgement.
    package let lag: Duration?

    package var isOnline: Bool { state == "online" || state == "stable_sync" }

    static func read(_ section: Info.Section) throws(ReplyError) -> [ConnectedReplica] {
        var result: [ConnectedReplica] = []
        // The lines are numbered from 0 without gaps, on Dragonfly, too.
        while let line = section["slave\(result.count)"] {
            let values = attributes(line)
            guard let host = values["ip"], let port = values["port"].flatMap({ Int($0) }) else {
                throw ReplyError(
                    command: section.command, expected: "'ip=…,port=…' for each replica",
                    found: "'\(line.printable(limit: 120))'")
            }
            result.append(
                ConnectedReplica(
                    address: Endpoint(host: host, port: port), state: values["state"] ?? "",
                    offset: values["offset"].flatMap { WireNumber.integer($0) },
                    lag: values["lag"].flatMap { WireNumber.seconds($0) }))
        }
        return result
    }
}
