import PlanModel
import RedisTopology

/// How long a cutover waits for each of its events.
struct CutoverLimits: Equatable {
    /// How long writes may be held back: less than the smallest time after which a Sentinel takes the source for down.
    var pause: Duration
    /// How long a promotion may take. A Sentinel gives an accepted failover up after failover-timeout. It notices a
    /// source that was shut down after down-after-milliseconds, and its election may take ten seconds more.
    var promotion: Duration
    /// How long it may take until every Sentinel names the new primary. Other replicas can hold the leading Sentinel up
    /// until failover-timeout.
    var announcement: Duration
    /// The time after which a Sentinel gives a failover up.
    var failoverTimeout = Duration.zero

    func length(of timer: CutoverStateMachine.Timer) -> Duration {
        switch timer {
        case .promotion: promotion
        case .announcement: announcement
        case .firstSign: .seconds(1)
        case .patience: .seconds(4)
        case .silence: .seconds(5)
        }
    }
}

extension Sentinels {
    /// How long a cutover waits, by the settings of the Sentinels that answer.
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
