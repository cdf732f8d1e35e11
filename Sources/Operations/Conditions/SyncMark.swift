import Execution
import RESP
import RedisTopology

/// The state of the source when the target had come in sync. `wait-for-sync` keeps it in its result.
///
/// From then on the target should receive nothing but the stream of writes. A new name of the history, or another full
/// sync for the target, shows that it received something else.
struct SyncMark: Codable, Equatable, Sendable {
    /// The baseline that the mark belongs to: its `RunBaseline.taken`.
    var baseline: Double
    /// The id of the source's history of writes (`master_replid`). It changes if the source restarts or follows another
    /// server.
    var history: String?
    /// How many full syncs the source has begun since its start (`sync_full`).
    var fullSyncs: Int64?
    /// The ids of connections at the source. One of them, often the only one, is the target's.
    var links: Set<Int64>
    /// Since when the target has been in sync, in milliseconds since 1970. It is only shown to a person.
    var inSyncSince: Int64?

    static func read(_ source: Server, _ baseline: RunBaseline) async throws(StepFailure) -> SyncMark {
        let commands: [Command] = [["INFO", "replication"], ["INFO", "stats"]]
        let replies = try await source.replies(to: commands)
        let links = try await source.replicaLinks()
        let new = links.subtracting(baseline.links ?? [])
        return SyncMark(
            baseline: baseline.taken,
            history: try source.value(of: replies[0], to: commands[0]) { try ReplicationInfo(Info($0)) }.replicationID,
            fullSyncs: try source.value(of: replies[1], to: commands[1]) { try StatsInfo(Info($0)) }.fullSyncs,
            // If there is no new connection, the target already followed when the run began, so its connection is one
            // of the old ones.
            links: new.isEmpty ? links : new)
    }
}
