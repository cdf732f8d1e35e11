import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Whether the target, as a primary, accepts and keeps every write that the source accepts. It talks to no server: all
/// that the servers said is passed in.
///
/// It is evaluated at preflight, while the target follows, right before the cutover, and after it. What a server does
/// not show counts as no obstacle.
struct WriteGate: Sendable {
    enum Stage: Sendable {
        /// The target does not follow yet. The check `memory` asks whether the data will fit.
        case planned
        case following
        /// The target is the primary; the source may be gone.
        case promoted
    }

    struct Target: Sendable {
        var name: String
        var endpoint: String
        var engine: Engine
        var isCluster = false
        var memory: MemoryInfo
        var clientLimit: Int64?
        /// `write` or `all` while somebody has paused clients; not every engine shows it.
        var paused: String?
        var persistence: Info.Section
        var settings: [String: String] = [:]
    }

    /// The source as it is now.
    struct Source: Sendable {
        var memory: MemoryInfo
        var clients: Int64
    }

    static let settings = [
        "min-replicas-to-write", "save", "stop-writes-on-bgsave-error", "replica-read-only", "min-replicas-max-lag",
    ]

    var stage: Stage
    var target: Target
    /// `nil` if the source does not answer any more.
    var source: Source?
    /// How many replicas the target will have.
    var replicas: Int
    /// How much memory the target must have beyond what the data needs, in percent of that need.
    var headroom: Int

    /// What keeps the target from accepting or keeping writes, the worst first.
    var obstacles: [Finding] {
        [
            clusterMode, tooFewReplicas, failedSave, failedAppend, pausedClients, writableReplica, Eviction(self).loss,
            memoryRoom, tooFewClients,
        ].compactMap { $0 }
    }

    func missed(_ saw: String, wants: String, _ remedy: String...) -> Finding {
        .missed(saw, wants: wants, at: [target.name], remedy: remedy)
    }
}

extension WriteGate {
    private var clusterMode: Finding? {
        // A Dragonfly that emulates a cluster of one server accepts every write.
        guard target.isCluster, target.engine != .dragonfly else { return nil }
        return missed(
            "\(target.endpoint) is in cluster mode", wants: "a server that takes every key by itself",
            "start \(target.endpoint) with cluster-enabled no")
    }

    private var tooFewReplicas: Finding? {
        guard let wanted = target.settings["min-replicas-to-write"].flatMap({ Int($0) }), wanted > replicas,
            // With a `min-replicas-max-lag` of 0 the rule is off.
            target.settings["min-replicas-max-lag"] != "0"
        else { return nil }
        let now = stage == .promoted ? "has" : "will have"
        return missed(
            "\(target.endpoint) takes writes only with \(wanted.counted("replica", "replicas")) in sync (min-replicas-to-write), and \(now) \(replicas)",
            wants: "min-replicas-to-write \(replicas) at most",
            "\(AdvisedCommand.wantedReplicas.line("\(replicas)")) on \(target.endpoint), and \(AdvisedCommand.keptSetting.line()); or give it more replicas"
        )
    }

    private var failedSave: Finding? {
        guard target.persistence["rdb_last_bgsave_status"] == "err",
            target.settings["stop-writes-on-bgsave-error"] == "yes", target.settings["save"]?.isEmpty == false
        else { return nil }
        let asReplica = stage == .promoted ? "" : "; as a replica it exits at the first write that it is sent"
        return missed(
            "the last save of \(target.endpoint) failed, and until one succeeds it takes no writes (stop-writes-on-bgsave-error)\(asReplica)",
            wants: "a target that can save",
            "look at its log and its disk, then \(AdvisedCommand.failedTargetSave.line()) on \(target.endpoint)")
    }

    private var failedAppend: Finding? {
        guard target.persistence["aof_enabled"] == "1", target.persistence["aof_last_write_status"] == "err" else {
            return nil
        }
        return missed(
            "\(target.endpoint) cannot write its AOF, and takes no writes until it can",
            wants: "a target that can write its AOF", "look at its log and its disk: is it full, or read-only?")
    }

    private var pausedClients: Finding? {
        guard let paused = target.paused, paused == "write" || paused == "all" else { return nil }
        return missed(
            "somebody holds writes back at \(target.endpoint) (CLIENT PAUSE)", wants: "no pause",
            "\(AdvisedCommand.pausedClients.line()) on \(target.endpoint)")
    }

    private var writableReplica: Finding? {
        guard stage != .promoted, target.settings["replica-read-only"] == "no" else { return nil }
        return missed(
            "\(target.endpoint) takes writes of its own while it is a replica (replica-read-only no), and its data would differ from the source's",
            wants: "replica-read-only yes",
            "\(AdvisedCommand.writableReplica.line("yes")) on \(target.endpoint); if anything was written there while it followed, roll back and apply again"
        )
    }

    private var memoryRoom: Finding? {
        guard stage != .planned, let limit = target.memory.limit else { return nil }
        // The same data takes a different amount of memory in each engine. The larger amount must fit.
        let used = max(target.memory.used, source?.memory.used ?? 0)
        let wanted = MemoryNeed(used: used, headroom: headroom).wanted
        guard limit < wanted else { return nil }
        let ending = Eviction.mayEvict(target.memory) ? "evicts keys" : "refuses writes"
        return missed(
            "\(target.endpoint) \(ending) when it uses \(ByteCount(bytes: limit).text) (maxmemory), and the data needs \(ByteCount(bytes: used).text) now",
            wants: "\(ByteCount(bytes: wanted).text) at least (\(headroom)% headroom)",
            MemoryNeed.remedy(wanted, target.endpoint, isDragonfly: false))
    }

    private var tooFewClients: Finding? {
        guard stage != .promoted, let limit = target.clientLimit, let clients = source?.clients, clients > limit else {
            return nil
        }
        return missed(
            "\(target.endpoint) takes \(limit.counted("connection", "connections")) at most (maxclients), and the source has \(clients)",
            wants: "as many connections as the source has",
            "\(AdvisedCommand.clientLimit.line("\(clients.adding(saturating: clients))")) on \(target.endpoint)")
    }
}

/// How much memory the data needs, with headroom.
struct MemoryNeed: Sendable {
    var used: Int64
    /// In percent of `used`.
    var headroom: Int

    var wanted: Int64 {
        used.adding(saturating: (used / 100).multiplied(saturating: Int64(headroom)))
    }

    static func remedy(_ wanted: Int64, _ endpoint: String, isDragonfly: Bool) -> String {
        isDragonfly
            ? "start the target with --maxmemory=\(wanted) or more; beyond it every full sync would break off"
            : "\(AdvisedCommand.memoryLimit.line("\(wanted)")) on \(endpoint), if its machine has as much"
    }
}
