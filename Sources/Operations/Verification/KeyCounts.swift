import RedisTopology

/// How many keys each database of a server holds at one moment.
struct KeyCounts: Equatable {
    struct Comparison: Equatable {
        var differences: [String]
        var summary: String
    }

    struct Count: Equatable {
        var persistent: Int64 = 0
        var expiring: Int64 = 0
    }

    var databases: [Int: Count]

    init(_ keyspace: KeyspaceInfo) {
        databases = keyspace.databases.mapValues { Count(persistent: $0.keys &- $0.expiring, expiring: $0.expiring) }
    }

    init(databases: [Int: Count]) {
        self.databases = databases
    }

    /// Whether these counts of a replica lie between `before` and `after`, two counts of its primary.
    func compare(_ before: KeyCounts, _ after: KeyCounts, primary: String, replica: String) -> Comparison {
        var differences: [String] = []
        let all = Set(databases.keys).union(before.databases.keys).union(after.databases.keys).sorted()
        for database in all {
            let there = databases[database] ?? Count()
            let bounds = [before, after].map { $0.databases[database]?.persistent ?? 0 }
            guard let low = bounds.min(), let high = bounds.max(), there.persistent < low || there.persistent > high
            else { continue }
            let wanted = low == high ? "\(low)" : "\(low) to \(high)"
            differences.append(
                "db\(database): \(there.persistent) keys without TTL on the \(replica), \(wanted) on the \(primary)")
        }
        let counts = [before, after].map(\.persistent)
        let (low, high) = (min(counts[0], counts[1]), max(counts[0], counts[1]))
        let seen =
            low == high && low == persistent
            ? "\(persistent) keys without TTL on both"
            : "keys without TTL: \(persistent) on the \(replica), \(low) to \(high) on the \(primary) while they were counted"
        let expiring = databases.values.map(\.expiring).saturatingSum
        return Comparison(
            differences: differences,
            summary:
                "\(seen), in \(all.count.counted("database", "databases")); \(expiring) with TTL not compared")
    }

    /// The number of keys without TTL in all databases.
    private var persistent: Int64 { databases.values.map(\.persistent).saturatingSum }
}
