import Execution
import RESP
import RedisTopology

/// What the source said when the target had reached the sync; `wait-for-sync` leaves it in its result.
///
/// From then on the target receives nothing but the stream of writes. A history of another name, or one more full sync for
/// the target, means that something else came in between.
struct SyncMark: Codable, Equatable, Sendable {
    /// The baseline that it belongs to.
    var baseline: Double
    /// The name of the history of writes that replicas continue (`master_replid`).
    var history: String?
    /// `sync_full`: full syncs that the source has begun since it runs.
    var fullSyncs: Int64?
    /// Connections at the source, one of which is the target's. Often that is the only one.
    var links: Set<Int64>
    /// When the target began to be in sync, in milliseconds since 1970; for a person.
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
            // A target that followed already when the run began is one of the old ones.
            links: new.isEmpty ? links : new)
    }
}
