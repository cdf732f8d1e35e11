import RedisTopology
import Values

/// The RDB formats of the engines: which one a source writes for a replica, and which is the newest that a target
/// reads.
///
/// For Redis, the numbers are `RDB_VERSION` in `rdb.h` of each release. Valkey 7.2 and 8 kept the format of Redis 7.2.
/// Valkey 9.0 has format 80, and considers 12 to 79 to be formats of Redis ("foreign"). Dragonfly reads Redis formats
/// up to a limit that depends on its version.
enum RDBFormat {
    /// Each format with the first release that writes it, the newest last.
    private static let ofRedis: [(version: ServerVersion, format: Int)] = [
        (.of(7, 0), 10), (.of(7, 2), 11), (.of(7, 4), 12), (.of(8, 6), 13), (.of(8, 8), 14), (.of(8, 10), 15),
    ]
    private static let ofValkey: [(version: ServerVersion, format: Int)] = [(.of(9, 0), 80), (.of(9, 2), 81)]
    /// The newest format that each Dragonfly release reads, from the limit in its `rdb_load.cc`: 9 before 1.7
    /// (dragonfly#1403), 12 since 1.24 (dragonfly#3860).
    private static let ofDragonfly: [(version: ServerVersion, format: Int)] = [(.of(1, 7), 11), (.of(1, 24), 12)]
    /// The newest Dragonfly release whose limit was looked up.
    static let newestKnownDragonfly = ServerVersion.of(1, 40)

    /// The format that the source writes for this target; `nil` for a source that does not send RDB.
    ///
    /// - Parameter isDiskless: whether the source streams the data (`repl-diskless-sync`). Only if it does, Valkey 9.1
    ///   and newer choose a format that the replica can read. If the replica does not announce its version, they choose
    ///   the format of Redis 7.2 (valkey#2735).
    static func written(by source: ServerInfo, for target: ServerInfo, isDiskless: Bool) -> Int? {
        switch source.engine {
        case .dragonfly: return nil
        case .redis: return newest(ofRedis, source.version) ?? 9
        case .valkey:
            let own = newest(ofValkey, source.version) ?? 11
            guard source.version >= .of(9, 1), isDiskless else { return own }
            return min(own, target.engine == .valkey ? newest(ofValkey, target.version) ?? 11 : 11)
        }
    }

    /// The newest format that the target reads. Only Valkey reads formats from 80 on.
    static func read(by target: ServerInfo) -> Int {
        switch target.engine {
        case .dragonfly: newest(ofDragonfly, target.version) ?? 9
        case .valkey: newest(ofValkey, target.version) ?? 11
        case .redis: newest(ofRedis, target.version) ?? 9
        }
    }

    /// Whether Valkey considers the format to be one of Redis. Every version of Valkey refuses such a format, unless
    /// `rdb-version-check` is `relaxed`.
    static func isForeignToValkey(_ format: Int) -> Bool { (12...79).contains(format) }

    /// The first release of Redis or of Dragonfly that reads a format; `nil` if none is known.
    static func firstRedis(reading format: Int) -> ServerVersion? { ofRedis.first { $0.format >= format }?.version }
    static func firstDragonfly(reading format: Int) -> ServerVersion? {
        ofDragonfly.first { $0.format >= format }?.version
    }

    private static func newest(_ table: [(version: ServerVersion, format: Int)], _ version: ServerVersion) -> Int? {
        table.last { $0.version <= version }?.format
    }
}

extension ServerVersion {
    static func of(_ major: Int, _ minor: Int) -> ServerVersion {
        ServerVersion("\(major).\(minor)") ?? { preconditionFailure("\(major).\(minor) is a version") }()
    }

    /// `7.2`
    var series: String { "\(major).\(minor)" }
}
