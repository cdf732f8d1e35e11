import Execution
import PlanModel
import RESP
import RedisTopology
import Values

extension WriteGate {
    /// Reads the gate from the servers.
    /// - Parameter stage: the stage of the cutover. If it is `nil`, the target's role tells the stage; that works only
    ///   before the cutover.
    static func read(_ servers: Servers, _ stage: Stage? = nil) async throws -> WriteGate {
        let replication = try await servers.target.replication()
        let stage = stage ?? (replication.upstream == nil ? .planned : .following)
        async let target = readTarget(servers.target)
        async let source = readSource(servers.source, mayBeGone: stage == .promoted)
        let replicas = try await replicasLater(servers, replication, stage)
        return WriteGate(
            stage: stage, target: try await target, source: try await source, replicas: replicas,
            headroom: servers.plan.memoryHeadroom)
    }

    private static func readTarget(_ target: Server) async throws -> Target {
        let commands = ["server", "memory", "clients", "persistence"].map { Command(["INFO", $0]) }
        let replies = try await target.replies(to: commands)
        let server = try target.value(of: replies[0], to: commands[0]) { try ServerInfo(Info($0)) }
        let clients = try target.value(of: replies[2], to: commands[2]) { try Info($0)["clients"] }
        return Target(
            name: target.name, endpoint: "\(target.endpoint)", engine: server.engine,
            isCluster: server.mode == "cluster",
            memory: try target.value(of: replies[1], to: commands[1]) { try MemoryInfo(Info($0)) },
            clientLimit: try await limit(clients, target, server.engine), paused: clients["paused_actions"],
            persistence: try target.value(of: replies[3], to: commands[3]) { try Info($0)["persistence"] },
            // Dragonfly has none of these settings.
            settings: server.engine == .dragonfly ? [:] : try await target.settings(settings))
    }

    /// How many clients the target accepts. Redis before 7.0 does not show this in INFO.
    private static func limit(
        _ clients: Info.Section, _ target: Server, _ engine: Engine
    ) async throws -> Int64? {
        if let limit = clients["maxclients"] ?? clients["max_clients"] { return Int64(limit) }
        return engine == .dragonfly ? nil : try await target.setting("maxclients").flatMap { Int64($0) }
    }

    private static func readSource(_ source: Server, mayBeGone: Bool) async throws -> Source? {
        do {
            return Source(
                memory: try await source.memory(),
                clients: try await source.read(["INFO", "clients"]) { try ClientsInfo(Info($0)) }.connected)
        } catch {
            guard mayBeGone else { throw error }
            return nil
        }
    }

    /// How many replicas the target will have after the cutover: its own, the source if it is to follow, and the
    /// source's other replicas if they are to follow.
    private static func replicasLater(
        _ servers: Servers, _ target: ReplicationInfo, _ stage: Stage
    ) async throws -> Int {
        let own = target.replicas.count(where: \.isOnline)
        guard let step = servers.plan.failover else { return own }
        do {
            let coming = try await coming(servers, step, target)
            // After the promotion some of the coming replicas may already be among the target's own, so the two numbers
            // are not added.
            return stage == .promoted ? max(own, coming) : own + coming
        } catch {
            // A source that is gone will not follow the target, so only the target's own replicas count.
            guard stage == .promoted else { throw error }
            return own
        }
    }

    private static func coming(_ servers: Servers, _ step: FailoverStep, _ target: ReplicationInfo) async throws -> Int
    {
        let after = try await AfterCutover.read(servers, step)
        let source = try await servers.source.replication()
        let isOne = target.upstream.map { SyncState(target).isSynced && $0.isLinkUp } ?? false
        let others = max(0, source.replicas.count(where: \.isOnline) - (isOne ? 1 : 0))
        let moving =
            switch after.replicas {
            case .follow: others
            // With `leave`, only Sentinels can move them to the new primary.
            case .leave: servers.plan.sentinel == nil ? 0 : others
            case .detach: 0
            }
        return moving + (after.resting == .follow ? 1 : 0)
    }
}

extension Plan {
    /// The headroom of the check `memory`, in percent.
    fileprivate var memoryHeadroom: Int {
        CheckLimits(MemoryCheck.declaration, plan: setting(of: MemoryCheck.declaration)).percentage("headroom")
    }
}
