import Execution
import RESP
import RedisTopology

/// Since the target came in sync, it has received nothing but the source's stream of writes: the source has not
/// followed another server, and has not begun another full sync for the target.
struct StreamUnbroken: Condition {
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard let baseline, let before = baseline.synced else { return nil }
        let now = try await SyncMark.read(servers.source, baseline)
        if let (old, new) = zipped(before.history, now.history), old != new {
            return await failure(
                .sourceHistoryChanged,
                "the source has begun another history of writes since the sync was reached (master_replid): it was restarted, or was a replica meanwhile",
                servers)
        }
        guard let (old, new) = zipped(before.fullSyncs, now.fullSyncs), old != new else { return nil }
        if new < old {
            return await failure(
                .statisticsReset,
                "the statistics of the source were reset since the sync was reached, so planrun cannot know what the target received meanwhile",
                servers)
        }
        // A full sync for another replica does no harm. The target's connection is still the same then.
        let links = try await servers.source.replicaLinks()
        guard !before.links.isSubset(of: links) else { return nil }
        var again = await failure(
            .fullSyncAgain, "the source began a full sync that nobody asked for: the target had lost its link",
            servers)
        again.help = [
            "find out why the target lost its link: was it restarted, was it too slow, is the backlog too small?",
            "resume waits until the target is in sync again, and goes on",
        ]
        return again
    }

    private func zipped<Value>(_ first: Value?, _ second: Value?) -> (Value, Value)? {
        guard let first, let second else { return nil }
        return (first, second)
    }

    private func failure(_ code: OperationFailure, _ what: String, _ servers: Servers) async -> StepFailure {
        StepFailure(
            code: code, what: what, place: [servers.source.name], world: await SourceRunsOn.world(servers),
            help: SourceRunsOn.help(servers))
    }
}
