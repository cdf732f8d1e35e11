import PlanModel
import RedisTopology

/// How long a cutover waits for what.
struct CutoverLimits: Equatable {
    /// How long writes may be held back: less than the smallest time after which a Sentinel takes the source for down.
    var pause: Duration
    /// A failover that was accepted gives up after failover-timeout. A source that was shut down is noticed after
    /// down-after-milliseconds, and an election may take ten seconds more.
    var promotion: Duration
    /// Other replicas hold the leading Sentinel up until failover-timeout at most.
    var announcement: Duration
    /// After which a Sentinel gives a failover up.
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
    /// How long things may take, by what the Sentinels are set to.
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
