package import Execution
import RESP
import RedisTopology

/// How many writes a return to the source would lose: those since the cutover that the source lacks.
package struct GivenUpWrites: Sendable, Equatable {
    /// `nil` if the number is not known.
    package let count: Int64?
    /// One sentence for the person who has to agree.
    package let sentence: String

    /// - Parameter undo: what `failover` recorded in the state file.
    package static func read(_ servers: Servers, undo: StateValue) async throws -> GivenUpWrites {
        let memory = try undo.decode(FailoverMemory.self).cutover
        if let source = try? await servers.source.replication(), let upstream = source.upstream,
            SyncState(source).isSynced, await servers.isSame(upstream.primary, as: servers.target)
        {
            return GivenUpWrites(
                count: 0, sentence: "0 writes are given up: the source follows the target and is in sync")
        }
        guard let before = memory.measurements.writesAtPromotion,
            let now = try? await WriteCounter(servers.target).calls(), now >= before
        else {
            return GivenUpWrites(
                count: nil,
                sentence:
                    "all writes since the cutover are given up: the source does not follow the target, and their number is not known"
            )
        }
        return GivenUpWrites(
            count: now - before,
            sentence: "\(now - before) writes are given up: the source does not follow the target and has none of them")
    }
}
