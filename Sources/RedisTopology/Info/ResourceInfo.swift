package import RESP

/// `INFO memory`, typed. All sizes are in bytes.
package struct MemoryInfo: Sendable, Equatable {
    package let used: Int64
    package let resident: Int64?
    /// The memory of the machine; Dragonfly does not report it.
    package let machineTotal: Int64?
    /// The limit `maxmemory`; `nil` if there is none (0).
    package let limit: Int64?
    package let policy: String?

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["memory"]
        used = max(0, try section.requiredInteger("used_memory"))
        resident = try section.integer("used_memory_rss").map { max(0, $0) }
        machineTotal = try section.integer("total_system_memory").map { max(0, $0) }
        limit = try section.integer("maxmemory").flatMap { $0 > 0 ? $0 : nil }
        policy = section["maxmemory_policy"]
    }
}

/// `INFO persistence`, typed.
package struct PersistenceInfo: Sendable, Equatable {
    /// Whether a data set is being loaded, from disk or from the primary.
    package let isLoading: Bool
    package let isSaveInProgress: Bool
    /// `nil` if the server does not say.
    package let lastSaveSucceeded: Bool?
    /// The time of the last successful save, as Unix time in seconds.
    package let lastSave: Int64?

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["persistence"]
        isLoading = try section.required("loading") != "0" || section.flag("async_loading")
        isSaveInProgress = section.flag("rdb_bgsave_in_progress")
        lastSaveSucceeded = section["rdb_last_bgsave_status"].map { $0 == "ok" }
        // Dragonfly calls this field `last_success_save`.
        if let time = try section.integer("rdb_last_save_time") {
            lastSave = time
        } else {
            lastSave = try section.integer("last_success_save")
        }
    }
}

/// `INFO stats`, typed: the fields about replication and load.
package struct StatsInfo: Sendable, Equatable {
    /// The number of full syncs that this server has begun to serve. If it keeps growing on a source, the target syncs
    /// over and over.
    package let fullSyncs: Int64?
    package let commandsProcessed: Int64?
    /// How many child processes the server has begun, for saving and for full syncs; `nil` for Dragonfly and for Redis
    /// before 6.2.
    package let forks: Int64?
    /// How many keys the server has evicted for lack of memory.
    package let evicted: Int64?

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["stats"]
        fullSyncs = try section.integer("sync_full")
        commandsProcessed = try section.integer("total_commands_processed")
        forks = try section.integer("total_forks")
        evicted = try section.integer("evicted_keys")
    }
}

/// `INFO clients`, typed.
package struct ClientsInfo: Sendable, Equatable {
    package let connected: Int64
    package let limit: Int64?

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["clients"]
        connected = try section.requiredInteger("connected_clients")
        if let limit = try section.integer("maxclients") {
            self.limit = limit
        } else {
            limit = try section.integer("max_clients")
        }
    }
}
