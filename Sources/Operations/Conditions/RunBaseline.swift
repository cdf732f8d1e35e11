import Execution
import PlanGraph
import PlanModel
import RESP
import RedisTopology

/// What the servers were like when the target began to follow the source. Conditions compare with it until the handover.
///
/// It is taken before `REPLICAOF` is sent, or when the target is found following already, and left for later
/// steps in the result of `replicaof`: a run that is resumed days later compares with the same values.
package struct RunBaseline: Codable, Equatable, Sendable {
    /// Seconds since 1970 when it was taken: tells one baseline from the next.
    var taken: Double = 0
    var source: ServerLife?
    /// Calls of each command at the source, from its `commandstats`.
    var calls: [String: Int64]?
    /// Commands that the source has processed in all.
    var processed: Int64?
    /// Connections of replicas at the source: those of before the target was one of them.
    var links: Set<Int64>?
    /// What the target had already refused of commands that it was sent.
    var refused: RefusedCommands?
    /// What the source was like when the sync was reached; `nil` before that. Not in the result of `replicaof`.
    var synced: SyncMark?

    private enum CodingKeys: String, CodingKey { case taken, source, calls, processed, links, refused }

    /// - Returns: `nil` where the run has not come to `replicaof` yet.
    static func recorded(_ plan: Plan, _ context: StepContext) throws -> RunBaseline? {
        guard let step = plan.steps.first(where: { $0.kind.name == .replicaof }),
            var baseline = try context.memo(of: NodeID(step: step.id))?.decode(RunBaseline.self)
        else { return nil }
        for wait in plan.steps where wait.kind.name == .waitForSync && baseline.synced == nil {
            // One that belongs to an earlier following says nothing about this one.
            let mark = try context.memo(of: NodeID(step: wait.id))?.decode(SyncMark.self)
            if mark?.baseline == baseline.taken { baseline.synced = mark }
        }
        return baseline
    }

    /// The same for a step that waits for a sync: another full sync is what it waits for.
    var untilSynced: RunBaseline {
        var baseline = self
        baseline.synced?.fullSyncs = nil
        return baseline
    }

    /// Asks the servers. What they do not let themselves be asked stays open and is not compared later.
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
        // Before 7.0 a script reaches the replica as a whole, and one that fails does so there, too.
        if source.engine == .redis, source.version.major < 7 { refused.errors = nil }
        return refused
    }
}

extension Server {
    /// Calls by command, and the number of all commands, in one round trip.
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
    /// The remedy for what cannot be put right in a target that follows: only a full sync brings what it lacks.
    static let anew =
        "then 'rollback', which ends this run, and 'apply': the target gets everything again in a new full sync"
}
