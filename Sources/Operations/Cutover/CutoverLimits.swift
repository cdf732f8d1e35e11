import PlanModel
import RedisTopology

/// How long a cutover waits for each event.
struct CutoverLimits: Equatable {
    /// How long writes may be held back. It is less than the shortest time after which a Sentinel considers the source
    /// down.
    var pause: Duration
    /// How long a promotion may take. A Sentinel aborts an accepted failover after failover-timeout. It notices only
    /// after down-after-milliseconds that a source was shut down, and its election may take ten seconds more.
    var promotion: Duration
    /// How long it may take until every Sentinel names the new primary. Other replicas can delay the leading Sentinel
    /// by up to failover-timeout.
    var announcement: Duration
    /// The time after which a Sentinel aborts a failover.
    var failoverTimeout = Duration.zero

    func length(of timer: CutoverStateMachine.Timer) -> Duration {
        switch timer {
        case .promotion: promotion
        case .announcement: announcement
        // Two to four ticks of a Sentinel's timer.
        case .switchover: .milliseconds(200)
        case .firstSign: .seconds(1)
        case .patience: .seconds(4)
        case .silence: .seconds(5)
        }
    }
}

extension Sentinels {
    /// How long a cutover waits, calculated from the settings of the Sentinels that answer.
    func limits() async -> CutoverLimits {
        let known = await known()
        let downAfter = known.map(\.downAfter)
        let failoverTimeout = known.map(\.failoverTimeout).max() ?? .zero
        return CutoverLimits(
            pause: downAfter.min().map { $0 * 9 / 10 } ?? .seconds(2),
            promotion: (downAfter.max() ?? .zero) + failoverTimeout + .seconds(20),
            announcement: failoverTimeout + .seconds(30), failoverTimeout: failoverTimeout)
    }
}
