import PlanModel
import RedisTopology

/// What the servers say about a cutover, reduced to what decides how to continue. It asks no server itself.
struct CutoverSituation: Equatable {
    enum From: Equatable {
        case primary
        /// It stands alone and refuses every write, as `resting: fenced` leaves the source.
        case closed
        case replicaOfTo
        case replicaOfOther(String)
        case unreachable(String)
    }

    enum To: Equatable {
        case primary
        /// Only in a return: the source stands alone and refuses every write.
        case closed
        case replicaOfFrom
        case replicaOfOther(String)
    }

    enum Named: Equatable {
        case from, to
        /// It already sends clients to the new primary, but `SENTINEL MASTER` does not show the new primary yet.
        case switching
        case other(String)
        case unreachable
    }

    enum Verdict: Equatable {
        case notStarted
        /// The target is the primary or is about to be, so the run can only go forward.
        case promoted
        case finished
        case unclear(code: OperationFailure, what: String)
    }

    var from: From
    var to: To
    /// The server that each Sentinel of the plan names to clients.
    var sentinels: [Named]
    /// How far the cutover came according to the state file; `nil` on the first attempt.
    var phase: CutoverMemory.Phase?
    /// Whether the target has run without a restart since `promoting` was recorded. If it was restarted, it is a
    /// primary because it started as one, not because this run promoted it.
    var targetRanThrough: Bool

    /// How the source was left; `nil` if the cutover has not ended.
    /// - Parameter isShutDown: whether the cutover ends with shutting it down.
    func ending(isShutDown: Bool) -> FailoverStep.Resting? {
        switch from {
        case .replicaOfTo: .follow
        case .closed: .fenced
        case .unreachable: isShutDown ? .shutdown : nil
        case .primary, .replicaOfOther: nil
        }
    }

    var verdict: Verdict {
        switch (from, to) {
        case (.replicaOfTo, .primary): sentinels.allSatisfy { $0 == .to } ? .finished : .promoted
        case (.closed, .primary): sentinels.allSatisfy { $0 == .to } ? .finished : .promoted
        case (.primary, .replicaOfFrom), (.primary, .closed): .notStarted
        case (.replicaOfTo, .closed): .promoted
        case (.closed, _):
            .unclear(
                code: .sourceClosed,
                what: "the source takes no writes, as after a cutover, and the target is no primary")
        case (.unreachable, .closed): Self.sourceGone
        case (.primary, .primary): bothPrimary
        case (.unreachable, .primary):
            isNamed || isOurs ? .promoted : Self.sourceGone
        case (.unreachable, .replicaOfFrom): isOurs ? .promoted : Self.sourceGone
        // A Sentinel that did not know of the promotion has made the target a replica again. Source and target now
        // follow each other, so neither has accepted a write since, and the target can be promoted again.
        case (.replicaOfTo, .replicaOfFrom) where isOurs: .promoted
        case (.replicaOfTo, .replicaOfFrom):
            .unclear(code: .replicationCircle, what: "source and target follow each other, and nobody takes writes")
        case (_, .replicaOfOther(let primary)):
            .unclear(code: .targetFollowsAnother, what: "the target follows \(primary), which is not the source")
        case (.replicaOfOther(let primary), _):
            .unclear(code: .sourceNotPrimary, what: "the source follows \(primary), which is not the target")
        }
    }

    /// Whether the target is the primary, every Sentinel names it, and the source is gone. This is how `via: shutdown`
    /// ends.
    var isComplete: Bool {
        guard case .unreachable = from else { return false }
        return to == .primary && sentinels.allSatisfy { $0 == .to }
    }

    /// Whether nothing was promoted, neither by this run nor by a Sentinel. Then planrun can undo what it changed on
    /// the source, whatever has happened to the target. The source itself may follow another server by now, which the
    /// Sentinels have made the primary.
    var isUntouched: Bool { (from == .primary || fromFollowsAnother) && phase != .promoting && !isNamed }

    private var fromFollowsAnother: Bool { if case .replicaOfOther = from { true } else { false } }

    private var isNamed: Bool { sentinels.contains(.to) || sentinels.contains(.switching) }
    private var isOurs: Bool { phase == .promoting && targetRanThrough }

    private var bothPrimary: Verdict {
        if isNamed || isOurs { return .promoted }
        return .unclear(
            code: .targetDoesNotFollow,
            what:
                "the target does not follow the source: it is a primary of its own, and nothing shows that it was promoted by this run"
        )
    }

    private static let sourceGone = Verdict.unclear(
        code: .sourceUnreachable, what: "the source does not answer, and nothing was promoted")
}
