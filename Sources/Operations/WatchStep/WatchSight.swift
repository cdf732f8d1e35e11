import Values

/// What one look after the cutover has seen. What could not be read is `nil` or empty.
struct WatchSight: Equatable, Sendable {
    enum Target: Equatable, Sendable {
        case primary
        /// Somebody has turned it back. The phrase says who, as far as the server's connections tell.
        case replica(of: Endpoint, by: String)
        case silent
    }

    /// The old source.
    enum Source: Equatable, Sendable {
        /// It follows the target, so many bytes behind; `nil` if the target tells no offset.
        case follows(lag: Int64?)
        /// It is a replica of the target, and its link is down.
        case cutOff
        /// It is a replica of another server.
        case followsAnother(Endpoint)
        /// It takes no writes, and follows nobody.
        case standsAlone
        case takesWrites
        case silent
    }

    /// What the Sentinels say.
    struct Sentinels: Equatable, Sendable {
        var total = 0
        /// How many name the target.
        var naming = 0
        /// A phrase for each that sends clients elsewhere: `Sentinel 10.0.0.3:26379 names 10.0.0.1:6379`.
        var misleading: [String] = []
        /// The endpoints of those that do not answer.
        var silent: [String] = []
    }

    /// An application that is connected to the old source.
    struct Client: Hashable, Sendable {
        var host: String
        /// Library and name, or the last command.
        var title: String
    }

    var target: Target
    var source: Source
    var sentinels = Sentinels()
    /// The connections of each application to the old source.
    var clients: [Client: Int] = [:]
    var load = WatchLoad()
    /// Whether the old source may use more memory than the target uses now.
    var hasRoomAtSource = false
    /// What tells this life of the target, and this time as the primary, from others.
    var targetMark = TargetMark()
}

/// What a server says that changes when it is started again, or made a replica and a primary again.
struct TargetMark: Codable, Equatable, Sendable {
    /// `nil` where it tells none, as Dragonfly.
    var runID: String?
    /// The id of its history of writes, of which each promotion begins a new one; `nil` where it is no primary, and where
    /// it does not say which history it continues: then it may have begun a new one by itself, as a Redis does that had
    /// no replica for `repl-backlog-ttl`.
    var history: String?
}

/// What the target counts. The counts only grow while the server lives.
struct WatchLoad: Codable, Equatable, Sendable {
    /// Errors that were answered to commands.
    var errors: Int64?
    /// Those that say that a write was rejected, by their code word.
    var rejected: [String: Int64] = [:]
    /// Keys that were evicted for lack of memory.
    var evicted: Int64?
    /// Commands that were noted as slow.
    var slow: Int64?
    /// The name of the last of them, and how long it took in microseconds.
    var slowest: Slow?
    /// In bytes.
    var memory: Int64?
    /// `maxmemory`; `nil` if there is no limit.
    var limit: Int64?

    struct Slow: Codable, Equatable, Sendable {
        var command: String
        var microseconds: Int64
    }

    /// How much a count has grown; 0 where a server was started again and counts anew.
    static func growth(_ now: Int64?, since earlier: Int64?) -> Int64 {
        guard let now, let earlier, now > earlier else { return 0 }
        return now - earlier
    }
}
