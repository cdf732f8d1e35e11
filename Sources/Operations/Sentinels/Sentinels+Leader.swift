import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Which Sentinel is asked for a failover, and when.
extension Sentinels {
    struct Leader: Sendable {
        let sentinel: Sentinel
        /// Whether this Sentinel will read the target's INFO right after the promotion, because the moment was chosen
        /// for that.
        let isAligned: Bool
    }

    /// Waits until every Sentinel knows the target as a replica that it may promote, and is neither busy with a
    /// failover nor in TILT.
    ///
    /// A Sentinel reads a primary's list of replicas every 10 s, so it does not know a target that has only just begun
    /// to follow. The wait is long enough for a failover and for a TILT (30 s) to end. What lasts longer needs a
    /// person.
    /// - Returns: `false` if a failover that was already under way has promoted the target in the meantime.
    /// - Throws: `StepFailure` that names the obstacle, if a Sentinel is still not ready after that time.
    func waitUntilElectable(_ target: Server, _ context: StepContext) async throws -> Bool {
        let limit = await limits().promotion + .seconds(40)
        let watch = Stopwatch(context.clock)
        while true {
            if context.isDraining { throw CancellationError() }
            guard let obstacle = try await obstacle(target) else { return true }
            if try await target.replication().role == .primary, await !isFailingOver() { return false }
            let left = limit - watch.elapsed
            guard left > .zero else { throw notReady(obstacle, after: limit) }
            context.report(
                Progress("the Sentinels to be ready for a failover", now: obstacle, wanted: "ready", remaining: left))
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }

    private func notReady(_ obstacle: String, after limit: Duration) -> StepFailure {
        StepFailure(
            code: .sentinelsNotReady, what: "the Sentinels were not ready for a failover within \(limit.planText)",
            place: [obstacle], world: ["nothing was promoted"],
            help: [
                "put that right; if it is a replica that could be promoted instead, and planrun cannot log in there: \(AdvisedCommand.stubbornCandidate.line("0")) on it until the handover is over"
            ])
    }

    /// What keeps the first Sentinel that is not ready from promoting the target; `nil` if all are ready.
    private func obstacle(_ target: Server) async throws(StepFailure) -> String? {
        for sentinel in all {
            guard let primary = try await sentinel.sentinelPrimary(primaryName) else {
                throw StepFailure(
                    code: .sourceNotMonitored, what: "\(sentinel.name) monitors no '\(primaryName)'",
                    place: [sentinel.name], world: ["nothing was promoted"])
            }
            if primary.isFailoverInProgress { return "\(sentinel.endpoint): a failover is in progress" }
            if try await sentinel.isInTilt() { return "\(sentinel.endpoint) is in TILT" }
            if let obstacle = await self.obstacle(target, try await sentinel.sentinelReplicas(primaryName)) {
                return "\(sentinel.endpoint): \(obstacle)"
            }
        }
        return nil
    }

    private func obstacle(_ target: Server, _ replicas: [SentinelReplica]) async -> String? {
        var isKnown = false
        for replica in replicas {
            if await servers.isSame(replica.address, as: target) {
                isKnown = true
                if replica.priority == 0 { return "\(target.endpoint) is still shown with replica-priority 0" }
                if !replica.flags.isHealthy { return "it cannot reach \(target.endpoint)" }
                if replica.reportedRole != .replica { return "it does not see \(target.endpoint) as a replica yet" }
            } else if replica.isEligible {
                return "\(replica.address) could be promoted instead of \(target.endpoint)"
            }
        }
        return isKnown ? nil : "\(target.endpoint) is not in its list of replicas yet"
    }

    /// Picks the Sentinel that will read the target's INFO soonest after the promotion, and waits for the right moment
    /// to ask it for the failover. A good moment saves up to a second during which clients are still sent to the old
    /// primary.
    ///
    /// A Sentinel learns of the promotion from the target's INFO. During a failover it asks for it one second after the
    /// last reply; otherwise every 10 s. Once it is asked for a failover, it needs three ticks of its timer, of 50 to
    /// 100 ms each, before it looks for the promotion. If it is asked later than 800 ms after a reply, its next INFO
    /// may come too early to show the promotion, and another second is lost.
    /// - Parameter lead: how long it takes from now until the Sentinel is asked.
    /// - Returns: the Sentinel; if no good moment came within 12 s, the plan's first Sentinel, not aligned.
    func align(_ target: Server, lead: Duration, _ context: StepContext) async throws -> Leader? {
        let earliest = Duration.milliseconds(750) - lead
        guard earliest > .zero else { return all.first.map { Leader(sentinel: $0, isAligned: false) } }
        let window = earliest...(earliest + .milliseconds(50))
        let watch = Stopwatch(context.clock)
        var ages: [Endpoint: Duration] = [:]
        var candidates = all
        while watch.elapsed < .seconds(12), !candidates.isEmpty {
            if context.isDraining { throw CancellationError() }
            var soonest = Duration.seconds(10)
            for sentinel in candidates {
                guard let age = try await age(of: target, at: sentinel) else { continue }
                if window.contains(age) { return Leader(sentinel: sentinel, isAligned: true) }
                // If the age falls back before it has reached the window, the Sentinel reads the target's INFO too
                // often for this. It will never be in the window, so it is no candidate.
                let before = ages.updateValue(age, forKey: sentinel.endpoint) ?? .zero
                if age < before, before < window.lowerBound {
                    candidates.removeAll { $0.endpoint == sentinel.endpoint }
                }
                let wait = age < window.lowerBound ? window.lowerBound - age : .seconds(10) - age + window.lowerBound
                soonest = min(soonest, wait)
            }
            context.report(
                Progress("the moment at which the handover is shortest", now: "writes go on", remaining: soonest))
            try await context.clock.sleep(for: max(.milliseconds(10), min(soonest, .milliseconds(250))))
        }
        return all.first.map { Leader(sentinel: $0, isAligned: false) }
    }

    /// How old a Sentinel's last INFO of the target is; `nil` if the Sentinel does not list the target.
    private func age(of target: Server, at sentinel: Sentinel) async throws(StepFailure) -> Duration? {
        for replica in try await sentinel.sentinelReplicas(primaryName)
        where await servers.isSame(replica.address, as: target) {
            return replica.infoAge
        }
        return nil
    }
}
