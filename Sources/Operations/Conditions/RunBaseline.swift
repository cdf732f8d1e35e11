import Execution
import PlanGraph
import PlanModel
import RESP
import RedisTopology
import Values

/// The state of the servers when the target began to follow the source. Until the cutover, conditions compare with it.
///
/// It is read before `REPLICAOF` is sent, or when the target turns out to follow already, and is kept in the result of
/// `replicaof`. So a run that is resumed days later compares with the same values.
package struct RunBaseline: Codable, Equatable, Sendable {
    /// When it was read, in seconds since 1970. `SyncMark` names its baseline by this time.
    var taken: Double = 0
    var source: ServerLife?
    /// The id of the source's history of writes (`master_replid`).
    var history: String?
    /// How often the source had run each command, from `INFO commandstats`.
    var calls: [String: Int64]?
    /// How many commands the source had processed.
    var processed: Int64?
    /// The ids of the connections over which replicas followed the source, before the target was one of them.
    var links: Set<Int64>?
    /// Which commands the target had already refused.
    var refused: RefusedCommands?
    /// `replica-priority` of the target without planrun; `nil` where it stays as it is.
    var targetPriority: String?
    /// Whether the target followed before the run; `nil` is no.
    var targetFollowed: Bool?
    /// The state of the source when the target had come in sync; `nil` before that. It is kept in the result of
    /// `wait-for-sync`, not of `replicaof`.
    var synced: SyncMark?

    private enum CodingKeys: String, CodingKey {
        case taken, source, history, calls, processed, links, refused, targetPriority, targetFollowed
    }

    /// The baseline on record, with the mark of the last sync.
    /// - Returns: `nil` if the run has not reached `replicaof` yet.
    static func recorded(_ plan: Plan, _ context: StepContext) throws -> RunBaseline? {
        guard let step = plan.firstStep(of: .replicaof),
            var baseline = try context.memo(of: NodeID(step: step.id))?.decode(RunBaseline.self)
        else { return nil }
        for wait in plan.steps where wait.kind.name == .waitForSync && baseline.synced == nil {
            // A mark may stem from an earlier `replicaof`, which was undone since. It does not count.
            let mark = try context.memo(of: NodeID(step: wait.id))?.decode(SyncMark.self)
            if mark?.baseline == baseline.taken { baseline.synced = mark }
        }
        return baseline
    }

    /// This baseline without the count of full syncs. A step that waits for a sync uses it, because a further full sync
    /// is no violation while it waits.
    var untilSynced: RunBaseline {
        var baseline = self
        baseline.synced?.fullSyncs = nil
        return baseline
    }

    /// Reads the baseline from the servers. What they do not show is not compared later.
    static func read(_ servers: Servers) async throws -> RunBaseline {
        let source = servers.source
        let stats = try await source.statistics()
        return RunBaseline(
            taken: WallClock.now(), source: try await ServerLife.read(source),
            history: try await source.replication().replicationID, calls: stats.calls,
            processed: stats.processed, links: try await source.replicaLinks(),
            refused: try await refused(servers))
    }
}

extension RunBaseline {
    private static func refused(_ servers: Servers) async throws(StepFailure) -> RefusedCommands {
        var refused = try await RefusedCommands.read(servers.target, servers.plan.target.engine)
        let source = try await servers.source.serverInfo()
        // Before Redis 7.0 a script is replicated as a script, and one that fails at the source fails at the replica
        // too. So errors in the stream are normal.
        if source.engine == .redis, source.version.major < 7 { refused.errors = nil }
        return refused
    }
}

extension Server {
    /// How often each command was run, and how many commands were run in all, in one round trip.
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
    /// The remedy if a target that follows lacks data: only a new full sync brings the data back.
    static let anew =
        "then 'rollback', which ends this run, and 'apply': the target gets everything again in a new full sync"
}
