package import RESP

/// `INFO keyspace`: how many keys each database holds.
package struct KeyspaceInfo: Sendable, Equatable {
    /// The counts by database number. Databases without keys are left out, although Dragonfly lists an empty `db0`.
    package let databases: [Int: Counts]

    package struct Counts: Sendable, Hashable {
        package let keys: Int64
        /// How many of these keys have a TTL.
        package let expiring: Int64
        /// How many of these keys are hashes of which single fields have a TTL: `subexpiry` since Redis 7.4,
        /// `keys_with_volatile_items` since Valkey 9. 0 for a server that does not know such fields.
        package let hashesWithTTLs: Int64

        package init(keys: Int64, expiring: Int64, hashesWithTTLs: Int64 = 0) {
            self.keys = keys
            self.expiring = expiring
            self.hashesWithTTLs = hashesWithTTLs
        }
    }

    package var keys: Int64 { databases.values.map(\.keys).saturatingSum }
    package var isEmpty: Bool { databases.isEmpty }

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["keyspace"]
        var databases: [Int: Counts] = [:]
        for (field, line) in section.fields where field.hasPrefix("db") {
            guard let number = WireNumber.integer(field.dropFirst(2)).map(Int.init) else { continue }
            let values = attributes(line)
            guard let keys = values["keys"].flatMap({ WireNumber.integer($0) }),
                let expiring = values["expires"].flatMap({ WireNumber.integer($0) })
            else {
                throw ReplyError(
                    command: section.command, expected: "'\(field):keys=…,expires=…'",
                    found: "'\(line.printable(limit: 80))'")
            }
            let hashes = values["subexpiry"] ?? values["keys_with_volatile_items"]
            let counts = Counts(
                keys: keys, expiring: expiring, hashesWithTTLs: hashes.flatMap { WireNumber.integer($0) } ?? 0)
            if keys > 0 { databases[number] = counts }
        }
        self.databases = databases
    }
}

/// `INFO commandstats`: how often each command was called since the start or `CONFIG RESETSTAT`.
package struct CommandStats: Sendable, Equatable {
    /// The number of calls by the command's name in lower case. Subcommands are called `config|get`.
    package let calls: [String: Int64]
    /// The number of calls of commands that the server does not have. Dragonfly counts here what it drops from a
    /// replication stream.
    package let unknown: [String: Int64]

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["commandstats"]
        var calls: [String: Int64] = [:]
        var unknown: [String: Int64] = [:]
        for (field, value) in section.fields {
            if field.hasPrefix("cmdstat_") {
                calls[field.dropFirst(8).lowercased()] =
                    attributes(value)["calls"].flatMap { WireNumber.integer($0) } ?? 0
            } else if field.hasPrefix("unknown_") {
                unknown[field.dropFirst(8).lowercased()] = try section.requiredInteger(field)
            }
        }
        self.calls = calls
        self.unknown = unknown
    }
}
