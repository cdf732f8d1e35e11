import Execution
import PlanGraph
import PlanModel
import RESP
import RedisTopology
import Values

/// What the servers were like when the target began to follow the source. Conditions compare with it until the cutover.
///
/// It is read before `REPLICAOF` is sent, or when the target is found following already, and is kept in the result of
/// `replicaof`. So a run that is resumed days later compares with the same values.
package struct RunBaseline: Codable, Equatable, Sendable {
    /// When it was read, in seconds since 1970. The time also tells one baseline from the next.
    var taken: Double = 0
    var source: ServerLife?
    /// How often each command had been called at the source, from `INFO commandstats`.
    var calls: [String: Int64]?
    /// How many commands the source had processed.
    var processed: Int64?
    /// The ids of the replicas' connections at the source, before the target was one of them.
    var links: Set<Int64>?
    /// Which commands the target had already refused.
    var refused: RefusedCommands?
    /// What the source was like when the target had come in sync; `nil` before that. It is kept in the result of
    /// `wait-for-sync`, not in that of `replicaof`.
    var synced: SyncMark?

    private enum CodingKeys: String, CodingKey { case taken, source, calls, processed, links, refused }

    /// The baseline on record, with the mark of the last sync.
    /// - Returns: `nil` where the run has not come to `replicaof` yet.
    static func recorded(_ plan: Plan, _ context: StepContext) throws -> RunBaseline? {
        guard let step = plan.steps.first(where: { $0.kind.name == .replicaof }),
            var baseline = try context.memo(of: NodeID(step: step.id))?.decode(RunBaseline.self)
        else { return nil }
        for wait in plan.steps where wait.kind.name == .waitForSync && baseline.synced == nil {
            // A mark of an earlier following says nothing about this one.
            let mark = try context.memo(of: NodeID(step: wait.id))?.decode(SyncMark.self)
            if mark?.baseline == baseline.taken { baseline.synced = mark }
        }
        return baseline
    }

    /// The same for a step that waits for a sync, and so must not take a further full sync for a violation.
    var untilSynced: RunBaseline {
        var baseline = self
        baseline.synced?.fullSyncs = nil
        return baseline
    }

    /// Asks the servers. What they do not show is not compared later.
    static func read(_ servers: Servers) async throws -> RunBaseline {
        let source = servers.source
        let stats = try await source.statistics()
        return RunBaseline(
            taken: WallClock.now(), source: try await ServerLife.read(source), calls: stats.calls,
            processed: stats.processed, links: try await source.replicaLinks(),
            refused: try await refused(servers))
    }
}

extension RunBaseline {
    private static func refused(_ servers: Servers) async throws(StepFailure) -> RefusedCommands {
        var refused = try await RefusedCommands.read(servers.target, servers.plan.target.engine)
        let source = try await servers.source.serverInfo()
        // Before Redis 7.0 a script reaches the replica as a whole, so a script that fails at the source fails at the
        // replica as well.
        if source.engine == .redis, source.version.major < 7 { refused.errors = nil }
        return refused
    }
}

extension Server {
    /// The calls of each command, and the number of all commands, in one round trip.
    func statistics() async throws(StepFailure) -> (calls: [String: Int64], processed: Int64?) {
        let commands: [Command] = [["INFO", "commandstats"], ["INFO", "stats"]]
        let replies = try await replies(to: commands)
        return (
            try value(of: replies[0], to: commands[0]) { try CommandStats(Info($0)) }.calls,
            try value(of: replies[1], to: commands[1]) { try StatsInfo(Info($0)) }.commandsProcessed
        )
    }

    /// The ids of the connections over which replicas follow this server.
    func replicaLinks() async throws(StepFailure) -> Set<Int64> {
        let clients = try await read(["CLIENT", "LIST"]) { try ClientList($0).clients }
        return Set(clients.filter(\.isReplica).map(\.id))
    }
}

extension RunBaseline {
    /// The remedy where a target that follows lacks data: only a new full sync brings it.
    static let anew =
        "then 'rollback', which ends this run, and 'apply': the target gets everything again in a new full sync"
}
