import Comparison
import Execution
import RESP
import RedisTopology

/// What must not change on two servers while their keys are compared: which processes they are, and that nobody empties
/// them, swaps their databases or has one of them read all its data anew. Otherwise keys that were compared are no
/// longer those that are there.
///
/// It cannot notice what leaves no trace in `INFO` and `CLIENT LIST`: `DEBUG RELOAD`, a `RESTORE` or `DEL` of single keys
/// (which the comparison takes for writes of applications), and a full sync that a Dragonfly sends.
struct ComparisonGround: Codable, Equatable, Sendable {
    /// One server at one moment.
    struct Sight: Codable, Equatable, Sendable {
        var life: ServerLife
        /// How often each command was run that replaces data, and the one that resets these counts.
        var calls: [String: Int64]
        /// How many commands were run in all.
        var processed: Int64?
        /// The id of the history of writes that the server has or follows (`master_replid`).
        var history: String?
        /// How many full syncs the server has begun to send (`sync_full`).
        var fullSyncs: Int64?
        /// The connections over which replicas follow the server.
        var links: Set<Int64>
    }

    var source: Sight
    var target: Sight

    static let rights = Rights(at: [.source, .target], [.info, .clientList])

    static func read(_ servers: Servers) async throws -> ComparisonGround {
        async let target = Sight.read(servers.target)
        return try await ComparisonGround(source: Sight.read(servers.source), target: target)
    }

    /// What happened between this moment and a later one that voids a comparison, in a clause; `nil` where nothing did.
    func replacement(_ now: ComparisonGround) -> String? {
        source.replacement(now.source, "source", follower: "target")
            ?? target.replacement(now.target, "target", follower: "source")
    }

    func violation(_ now: ComparisonGround) -> StepFailure? {
        replacement(now).map { sentence in
            StepFailure(
                code: .comparisonVoid, what: "what was compared says nothing any more: \(sentence)",
                world: ["the comparison changes nothing"], help: ["compare again, from the beginning"])
        }
    }
}

extension ComparisonGround.Sight {
    private static let replacing = ["flushall", "flushdb", "swapdb"]
    private static let reset = "config|resetstat"

    static func read(_ server: Server) async throws -> Self {
        let stats = try await server.statistics()
        let replies = try await server.replies(to: [["INFO", "replication"], ["INFO", "stats"]])
        return Self(
            life: try await ServerLife.read(server),
            calls: stats.calls.filter { (Self.replacing + [Self.reset]).contains($0.key) },
            processed: stats.processed,
            history: try server.value(of: replies[0], to: ["INFO", "replication"]) { try ReplicationInfo(Info($0)) }
                .replicationID,
            fullSyncs: try server.value(of: replies[1], to: ["INFO", "stats"]) { try StatsInfo(Info($0)) }.fullSyncs,
            links: try await server.replicaLinks())
    }

    /// - Parameters:
    ///   - name: what the server is called.
    ///   - follower: the other one.
    /// - Returns: what happened to the data of a server, in a clause.
    fileprivate func replacement(_ now: Self, _ name: String, follower: String) -> String? {
        guard now.life.continues(life) else { return "the \(name) was restarted" }
        for command in Self.replacing where now.calls[command] ?? 0 > calls[command] ?? 0 {
            return "\(command.uppercased()) was run at the \(name)"
        }
        let isReset =
            calls.contains { now.calls[$0.key] ?? 0 < $0.value }
            || now.calls[Self.reset] ?? 0 > calls[Self.reset] ?? 0 || now.processed ?? 0 < processed ?? 0
        guard !isReset else {
            return "the statistics of the \(name) were reset, so planrun cannot know whether it was emptied"
        }
        if let history, let later = now.history, history != later {
            return "the \(name) has begun another history of writes (master_replid)"
        }
        // A full sync for another replica does no harm. The connections of the others are still the same then.
        guard let fullSyncs, let later = now.fullSyncs, later > fullSyncs, !links.isSubset(of: now.links) else {
            return nil
        }
        return "the \(follower) lost its link, and was sent a full sync"
    }
}
