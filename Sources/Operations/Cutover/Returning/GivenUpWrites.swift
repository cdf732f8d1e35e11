import Execution
import RESP
import RedisTopology
import Values

/// What a return to the source would lose: the writes since the cutover that the source does not have.
package struct GivenUpWrites: Sendable, Equatable {
    /// `nil` if the number is not known.
    package let count: Int64?
    /// Whether the target does not answer, so that the way back has to do without it.
    package var isTargetSilent = false
    /// Whether a way back was begun earlier, and only its end is left.
    package var isEndOfReturn = false
    /// One sentence for the person who has to agree.
    package let sentence: String

    /// - Parameter memory: what `failover` recorded in the state file.
    static func read(_ servers: Servers, _ memory: FailoverMemory) async throws -> GivenUpWrites {
        // A Sentinel may promote the source at any moment, where an earlier planrun asked it to. So the source is asked
        // first: if it is no replica any more, the next question shows that the way back is under way.
        let source = await follower(servers)
        if try await Return.isUnderWay(servers, memory.back) {
            return GivenUpWrites(
                count: 0, isEndOfReturn: true,
                sentence: "the way back was begun and \(servers.source.endpoint) promoted: only the end of it is left")
        }
        if await servers.isTargetSilent() { return silent(servers, memory.cutover, source?.upstream) }
        guard let source else { return await counted(servers, memory.cutover) }
        if SyncState(source).isSynced {
            return GivenUpWrites(
                count: 0, sentence: "going back loses no write: the source follows the target and is in sync")
        }
        return GivenUpWrites(
            count: nil,
            sentence:
                "going back now loses writes: the source follows the target, but is not in sync, and their number is not known"
        )
    }

    /// What the source says of its replication, if it follows the target.
    private static func follower(_ servers: Servers) async -> ReplicationInfo? {
        guard let source = try? await servers.source.replication(), let primary = source.upstream?.primary,
            await servers.isSame(primary, as: servers.target)
        else { return nil }
        return source
    }

    private static func silent(_ servers: Servers, _ memory: CutoverMemory, _ upstream: Upstream?) -> GivenUpWrites {
        let target = servers.target.endpoint
        var what = "the writes to \(target) since \(moment(memory))"
        if let upstream {
            what = "the writes that \(target) acknowledged and did not pass on to the source"
            if case .downSince(let ago?) = upstream.link { what += ", which last heard from it \(ago.planText) ago" }
        }
        return GivenUpWrites(
            count: nil, isTargetSilent: true,
            sentence: "going back loses \(what): it does not answer, so their number is not known")
    }

    /// Of a source that stands alone: what the target has carried out since its promotion.
    private static func counted(_ servers: Servers, _ memory: CutoverMemory) async -> GivenUpWrites {
        guard let before = memory.measurements.writesAtPromotion,
            let now = try? await WriteCounter(servers.target).calls(), now >= before
        else {
            return GivenUpWrites(
                count: nil,
                sentence:
                    "going back loses all writes since \(moment(memory)): the source does not follow the target, and their number is not known"
            )
        }
        return GivenUpWrites(
            count: now - before,
            sentence:
                "going back loses \((now - before).counted("write", "writes")): the source does not follow the target and has none of them"
        )
    }

    private static func moment(_ memory: CutoverMemory) -> String {
        memory.promotingSince.map { "\(Timestamp(secondsSince1970: $0))" } ?? "the cutover"
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
