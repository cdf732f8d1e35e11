package import Execution
import RESP
import RedisTopology

/// What a return to the source would lose: the writes since the cutover that the source does not have.
package struct GivenUpWrites: Sendable, Equatable {
    /// `nil` if the number is not known.
    package let count: Int64?
    /// Whether the target does not answer, so that the way back has to do without it.
    package var isTargetSilent = false
    /// One sentence for the person who has to agree.
    package let sentence: String

    /// - Parameter undo: what `failover` recorded in the state file.
    package static func read(_ servers: Servers, undo: StateValue) async throws -> GivenUpWrites {
        let memory = try undo.decode(FailoverMemory.self).cutover
        let since = memory.promotingSince.map { Timestamp(secondsSince1970: $0) }
        if let source = try? await servers.source.replication(), let upstream = source.upstream,
            SyncState(source).isSynced, await servers.isSame(upstream.primary, as: servers.target)
        {
            return GivenUpWrites(
                count: 0, sentence: "going back loses no write: the source follows the target and is in sync")
        }
        if await servers.isTargetSilent() {
            let what =
                "the writes to \(servers.target.endpoint) since " + (since.map { "\($0)" } ?? "the cutover")
            return GivenUpWrites(
                count: nil, isTargetSilent: true,
                sentence: "going back loses \(what): it does not answer, so their number is not known")
        }
        guard let before = memory.measurements.writesAtPromotion,
            let now = try? await WriteCounter(servers.target).calls(), now >= before
        else {
            return GivenUpWrites(
                count: nil,
                sentence:
                    "going back loses all writes since \(since.map { "\($0)" } ?? "the cutover"): the source does not follow the target, and their number is not known"
            )
        }
        return GivenUpWrites(
            count: now - before,
            sentence:
                "going back loses \((now - before).counted("write", "writes")): the source does not follow the target and has none of them"
        )
    }
}

extension Servers {
    /// Whether the target leaves two questions in a row unanswered.
    package func isTargetSilent() async -> Bool {
        for _ in 0..<2 {
            do {
                _ = try await target.replication(timeout: .seconds(2))
                return false
            } catch {
                // A server that refuses us is there.
                guard error.isTransient else { return false }
            }
        }
        return true
    }
}

extension Timestamp {
    init(secondsSince1970 seconds: Double) {
        self.init(millisecondsSince1970: Int64(saturating: seconds * 1000))
    }
}
