import Comparison
import NIOCore
import RESP

/// One way in which a target may differ: how a key is made on both servers, and how it is changed on the target alone.
struct InjectedDifference: Sendable {
    let name: String
    let kind: Difference.Kind
    let database: Int
    private let make: @Sendable (String) -> [Command]
    private let change: @Sendable (String) -> [Command]

    private init(
        _ name: String, _ kind: Difference.Kind, database: Int = 0,
        make: @escaping @Sendable (String) -> [Command], change: @escaping @Sendable (String) -> [Command]
    ) {
        self.name = name
        self.kind = kind
        self.database = database
        self.make = make
        self.change = change
    }

    func key(_ index: Int) -> String { "differs:\(name):\(index)" }

    /// There are fewer keys with large values, which take long to make and to read.
    func indices(_ count: Int) -> Range<Int> { 0..<(name.hasPrefix("large") ? max(1, count / 20) : count) }

    /// For the source.
    func making(_ count: Int) -> [Command] { inDatabase(indices(count).flatMap { make(key($0)) }) }

    /// For the target.
    func changing(_ count: Int) -> [Command] { inDatabase(indices(count).flatMap { change(key($0)) }) }

    private func inDatabase(_ commands: [Command]) -> [Command] {
        [["SELECT", "\(database)"]] + commands + [["SELECT", "0"]]
    }

    private static func hash(_ key: String, _ fields: Int) -> Command {
        Command(["HSET", key] + (0..<fields).flatMap { ["field:\($0)", "value:\($0)"] })
    }
    private static func members(_ name: String, _ key: String, _ count: Int) -> Command {
        Command([name, key] + (0..<count).map { "member:\($0)" })
    }
    private static func sortedSet(_ key: String, _ count: Int) -> Command {
        Command(["ZADD", key] + (0..<count).flatMap { ["\($0).25", "member:\($0)"] })
    }
    private static func stream(_ key: String) -> [Command] {
        (1...3).map { ["XADD", key, "\($0)-1", "field", "value"] } + [
            ["XGROUP", "CREATE", key, "group", "0"],
            ["XREADGROUP", "GROUP", "group", "worker", "COUNT", "2", "STREAMS", key, ">"],
        ]
    }

    static let all = [
        Self("missing", .missing, make: { [["SET", $0, "a"]] }, change: { [["DEL", $0]] }),
        Self("missing-hash", .missing, database: 1, make: { [hash($0, 3)] }, change: { [["DEL", $0]] }),
        Self("missing-empty", .missing, make: { [["SET", $0, ""]] }, change: { [["DEL", $0]] }),
        Self("extra", .extra, make: { _ in [] }, change: { [["SET", $0, "a"]] }),
        Self("extra-set", .extra, database: 1, make: { _ in [] }, change: { [members("SADD", $0, 3)] }),
        Self("type", .type, make: { [["SET", $0, "a"]] }, change: { [["DEL", $0], members("RPUSH", $0, 3)] }),
        Self("type-of-set", .type, make: { [members("SADD", $0, 3)] }, change: { [["DEL", $0], sortedSet($0, 3)] }),
        Self("type-of-stream", .type, make: { stream($0) }, change: { [["SET", $0, "a"]] }),
        Self("string", .value, make: { [["SET", $0, "abc"]] }, change: { [["SET", $0, "abd"]] }),
        Self("string-length", .value, make: { [["SET", $0, "abc"]] }, change: { [["APPEND", $0, "d"]] }),
        Self("number", .value, database: 1, make: { [["SET", $0, "41"]] }, change: { [["INCR", $0]] }),
        Self(
            "long-string", .value,
            make: { [["SETRANGE", $0, "9000", "a"]] }, change: { [["SETRANGE", $0, "9000", "b"]] }
        ),
        Self("hash", .value, make: { [hash($0, 20)] }, change: { [["HSET", $0, "field:7", "other"]] }),
        Self("hash-field", .value, make: { [hash($0, 20)] }, change: { [["HDEL", $0, "field:19"]] }),
        Self("large-hash", .value, make: { [hash($0, 700)] }, change: { [["HSET", $0, "field:699", "other"]] }),
        Self(
            "swapped-hash", .value,
            make: { [hash($0, 2)] }, change: { [["HSET", $0, "field:0", "value:1", "field:1", "value:0"]] }
        ),
        Self("list", .value, make: { [members("RPUSH", $0, 50)] }, change: { [["LSET", $0, "49", "other"]] }),
        Self("list-order", .value, make: { [members("RPUSH", $0, 3)] }, change: { [["RPOPLPUSH", $0, $0]] }),
        Self("large-list", .value, make: { [members("RPUSH", $0, 500)] }, change: { [["LSET", $0, "499", "other"]] }),
        Self(
            "set", .value,
            make: { [members("SADD", $0, 20)] }, change: { [["SREM", $0, "member:1"], ["SADD", $0, "other"]] }
        ),
        Self("integers", .value, make: { [["SADD", $0, "1", "2", "3"]] }, change: { [["SADD", $0, "4"]] }),
        Self("large-set", .value, make: { [members("SADD", $0, 700)] }, change: { [["SREM", $0, "member:699"]] }),
        Self("score", .value, make: { [sortedSet($0, 20)] }, change: { [["ZADD", $0, "19.5", "member:19"]] }),
        Self(
            "large-score", .value, make: { [sortedSet($0, 700)] }, change: { [["ZINCRBY", $0, "0.5", "member:699"]] }),
        Self("stream-entry", .value, make: { stream($0) }, change: { [["XDEL", $0, "2-1"]] }),
        Self("stream-group", .value, make: { stream($0) }, change: { [["XGROUP", "CREATE", $0, "other", "0"]] }),
        Self("stream-pending", .value, make: { stream($0) }, change: { [["XACK", $0, "group", "1-1"]] }),
        Self("stream-delivered", .value, make: { stream($0) }, change: { [["XGROUP", "SETID", $0, "group", "3-1"]] }),
        Self("stream-last-id", .value, make: { stream($0) }, change: { [["XSETID", $0, "9-1"]] }),
        Self("hyperloglog", .value, make: { [members("PFADD", $0, 3)] }, change: { [["PFADD", $0, "other"]] }),
        Self("expiry", .expiry, make: { [["SET", $0, "a", "EX", "5000"]] }, change: { [["EXPIRE", $0, "4000"]] }),
        Self("expiry-lost", .expiry, make: { [hash($0, 3), ["EXPIRE", $0, "5000"]] }, change: { [["PERSIST", $0]] }),
        Self(
            "expiry-gained", .expiry, database: 1,
            make: { [members("SADD", $0, 3)] }, change: { [["EXPIRE", $0, "5000"]] }
        ),
    ]
}
