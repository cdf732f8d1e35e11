import Operations
import PlanModel
import RESP
import Synchronization
import TestKit
import Values

/// A source, a target and a Sentinel in memory. They know as much of Redis as `plan`, `check` and `replicaof` ask for.
final class Migration: Sendable {
    struct Situation: Sendable {
        var targetFollows = false
        /// Whether the source follows the target, as after a cutover.
        var sourceFollows = false
        var targetKeys = 0
        /// The host of the primary as the Sentinel names it.
        var primaryHost = "10.0.0.1"
        /// An error with which the target answers `REPLICAOF`.
        var refusal: String?
    }

    /// The checks that these servers can answer. The others are switched off; each of them has tests of its own.
    static let checks = ["reachable", "source-primary", "target-free", "sentinels-agree", "quorum"]

    static let preflight = PreflightCatalogue.declarations.map(\.id).filter { !checks.contains($0) }
        .map { "\($0): off" }.joined(separator: ", ")

    static let plan = """
        version: 1
        name: small
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6380, engine: redis }
        sentinel: { primary: main, addresses: [10.0.0.3:5000] }
        steps:
          - preflight: { \(preflight) }
          - replicaof: {}
          - approval: Go on?

        """

    private let situation: Mutex<Situation>
    /// Called with the words of each command that the target gets.
    private let targetHears: @Sendable ([String]) -> Void

    init(_ situation: Situation = Situation(), targetHears: @escaping @Sendable ([String]) -> Void = { _ in }) {
        self.situation = Mutex(situation)
        self.targetHears = targetHears
    }

    var now: Situation { situation.withLock { $0 } }
    func change(_ body: (inout Situation) -> Void) { situation.withLock { body(&$0) } }

    var servers: [FakeServer] {
        [
            FakeServer(Endpoint(host: "10.0.0.1", port: 6379)) { [self] in source($0.words) },
            FakeServer(Endpoint(host: "10.0.0.2", port: 6380)) { [self] in target($0.words) },
            FakeServer(Endpoint(host: "10.0.0.3", port: 5000)) { [self] in sentinel($0.words) },
        ]
    }

    private func source(_ words: [String]) -> RESPValue {
        switch words.joined(separator: " ") {
        case "INFO replication" where now.targetFollows:
            info(
                "replication", "role:master", "connected_slaves:1",
                "slave0:ip=10.0.0.2,port=6380,state=online,offset=1000,lag=0", "master_repl_offset:1000")
        case "INFO replication" where now.sourceFollows:
            info(
                "replication", "role:slave", "master_host:10.0.0.2", "master_port:6380", "master_link_status:up",
                "master_sync_in_progress:0", "slave_repl_offset:1000", "slave_priority:0")
        case "INFO replication": info("replication", "role:master", "connected_slaves:0", "master_repl_offset:1000")
        case "INFO server": info("server", "redis_version:7.0.15", "run_id:source", "redis_mode:standalone")
        case "INFO keyspace": info("keyspace", "db0:keys=10,expires=1,avg_ttl=0")
        default: common(words)
        }
    }

    private func target(_ words: [String]) -> RESPValue {
        targetHears(words)
        let now = now
        switch words.joined(separator: " ") {
        case "INFO replication" where now.targetFollows:
            return info(
                "replication", "role:slave", "master_host:10.0.0.1", "master_port:6379", "master_link_status:up",
                "master_sync_in_progress:0", "slave_repl_offset:1000", "slave_priority:100")
        case "INFO replication": return info("replication", "role:master", "connected_slaves:0")
        case "INFO keyspace" where now.targetKeys > 0:
            return info("keyspace", "db0:keys=\(now.targetKeys),expires=0,avg_ttl=0")
        case "INFO keyspace": return info("keyspace")
        case "REPLICAOF NO ONE": change { $0.targetFollows = false }
        case "REPLICAOF 10.0.0.1 6379":
            if let refusal = now.refusal { return .error(RESPError(message: refusal)) }
            change { $0.targetFollows = true }
        case "INFO server": return info("server", "redis_version:7.0.15", "run_id:target", "redis_mode:standalone")
        case "FLUSHALL": change { $0.targetKeys = 0 }
        default: return common(words)
        }
        return .simpleString("OK")
    }

    private func sentinel(_ words: [String]) -> RESPValue {
        let host = now.primaryHost
        let port = host == "10.0.0.2" ? "6380" : "6379"
        switch words.prefix(2).joined(separator: " ").uppercased() {
        case "SENTINEL GET-MASTER-ADDR-BY-NAME": return list([host, port])
        case "SENTINEL CKQUORUM":
            return .simpleString("OK 1 usable Sentinels. Quorum and failover authorization is possible")
        case "SENTINEL MASTER":
            return list([
                "name", "main", "ip", host, "port", port, "runid", "", "flags", "master", "link-pending-commands",
                "0",
                "num-slaves", "0", "num-other-sentinels", "0", "quorum", "1", "down-after-milliseconds", "5000",
                "failover-timeout", "20000", "parallel-syncs", "1", "config-epoch", "0",
            ])
        case "SENTINEL REPLICAS", "SENTINEL SENTINELS", "SENTINEL MASTERS": return .array([])
        case "SENTINEL MYID": return .simpleString(String(repeating: "a", count: 40))
        default: return common(words)
        }
    }

    private func common(_ words: [String]) -> RESPValue {
        switch words.prefix(2).joined(separator: " ") {
        case "INFO server": info("server", "redis_version:7.0.15", "redis_mode:standalone")
        case "INFO memory": info("memory", "used_memory:1048576", "maxmemory:0")
        case "INFO sentinel": info("sentinel", "sentinel_tilt:0")
        case "CLIENT LIST": .simpleString("")
        case "CONFIG GET": list([words[2], words[2] == "replica-priority" ? "100" : ""])
        default: .simpleString("OK")
        }
    }

    private func info(_ section: String, _ lines: String...) -> RESPValue {
        .simpleString((["# \(section)"] + lines).joined(separator: "\r\n"))
    }

    private func list(_ words: [String]) -> RESPValue { .array(words.map { .simpleString($0) }) }
}
