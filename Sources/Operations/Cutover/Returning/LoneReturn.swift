import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The way back after a cutover whose target is gone for good: the source is promoted as it is, and the Sentinels are told.
///
/// What only the target had is given up. A target that comes back later finds the Sentinels naming the source, which make
/// it the source's replica.
struct LoneReturn {
    let servers: Servers
    let handover: Cutover
    let context: StepContext

    /// - Parameter back: what is recorded of the way back. Of the target's settings nothing can be told any more.
    func run(_ back: CutoverMemory) async throws -> CutoverMemory {
        try await waitUntilGivenUp()
        var back = back
        // The machine leaves a server alone that was shut down, and promotes the other one in any case.
        (back.resting, back.phase, back.promotingSince) = (.shutdown, .promoting, WallClock.now())
        var handover = handover
        // It is open before the Sentinels are told, so that nothing has to be sent with the promotion.
        (handover.reopening, handover.isBound) = ([], true)
        try await handover.record(back)
        return try await handover.resume(back)
    }

    /// As long as a Sentinel reaches the target, applications may do so, too: then it is only hidden from planrun.
    private func waitUntilGivenUp() async throws {
        guard let sentinels = Sentinels(servers) else { return }
        let known = await sentinels.known()
        let limit = (known.map(\.downAfter).max() ?? .zero) + .seconds(10)
        let watch = Stopwatch(context.clock)
        while let sentinel = await sentinels.reaching(servers.target) {
            let left = limit - watch.elapsed
            guard left > .zero else {
                throw StepFailure(
                    code: .targetReached,
                    what: "\(servers.target.name) does not answer planrun, but \(sentinel.name) reaches it",
                    place: [servers.target.name, sentinel.name], world: await WorldReport(servers).sentences(),
                    help: [
                        "applications may write to \(servers.target.endpoint): let planrun reach it, or stop it, then roll back again"
                    ],
                    isTransient: true)
            }
            if context.isDraining { throw CancellationError() }
            context.report(
                Progress(
                    "the Sentinels to miss \(servers.target.endpoint), too", now: "\(sentinel.endpoint) reaches it",
                    wanted: "none", remaining: left))
            try await context.clock.sleep(for: .milliseconds(200))
        }
    }
}

extension Sentinels {
    /// A Sentinel that has the server for its primary, and can reach it.
    fileprivate func reaching(_ server: Server) async -> Sentinel? {
        for sentinel in all {
            guard let primary = try? await sentinel.sentinelPrimary(primaryName, timeout: .seconds(1)) else { continue }
            if primary.flags.isHealthy, await servers.isSame(primary.address, as: server) { return sentinel }
        }
        return nil
    }
}
