import Comparison
import Execution
import Synchronization

/// Where an interrupted comparison of a run was, and what must still be so for it to go on there.
struct ComparisonMark: Codable, Sendable {
    var scope: ComparisonScope
    var leader: Side?
    var ground: ComparisonGround
    var checkpoint: ComparisonCheckpoint

    /// What happened since then for which a comparison cannot go on here, in a clause; `nil` if it can.
    func obstacle(_ scope: ComparisonScope, _ leader: Side?, _ now: ComparisonGround) -> String? {
        if self.scope != scope { return "other keys are to be compared" }
        if self.leader != leader { return "the servers have changed their roles" }
        return ground.replacement(now)
    }
}

/// Hands a mark on every few seconds.
final class MarkKeeper: CheckpointKeeper {
    private static let period = Duration.seconds(2)

    private let scope: ComparisonScope
    private let leader: Side?
    private let ground: ComparisonGround
    private let keep: @Sendable (StateValue) -> Void
    private let watch: Stopwatch
    private let due = Mutex(MarkKeeper.period)

    init(
        scope: ComparisonScope, leader: Side?, ground: ComparisonGround, clock: any Clock<Duration>,
        keep: @escaping @Sendable (StateValue) -> Void
    ) {
        self.scope = scope
        self.leader = leader
        self.ground = ground
        self.keep = keep
        watch = Stopwatch(clock)
    }

    var isDue: Bool { watch.elapsed >= due.withLock { $0 } }

    func keep(_ checkpoint: ComparisonCheckpoint) {
        due.withLock { $0 = watch.elapsed + Self.period }
        keep(StateValue(ComparisonMark(scope: scope, leader: leader, ground: ground, checkpoint: checkpoint)))
    }
}
