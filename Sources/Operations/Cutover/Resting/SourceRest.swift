import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Brings the source to rest after the cutover, as `AfterCutover` decided.
///
/// A source that cannot follow the target must not try to. So it stands alone, as a replica of no server. It is closed
/// first, so that it would take no write even if somebody made it a primary. The Sentinels list every replica of the
/// primary, so they are made to forget the source only after it stands alone.
struct SourceRest: Sendable {
    /// - Parameter resting: what the plan says; `nil` if the engines and versions of the two servers decide.
    static func rights(_ resting: FailoverStep.Resting?, _ plan: Plan) -> Rights {
        switch resting {
        case .follow: .none
        case .fenced, nil: Rights(at: [.source], Fence.rights + [.replicaOf]) + Sentinels.forgettingRights(plan)
        case .shutdown: Rights(at: [.source], [.shutdown])
        }
    }

    let servers: Servers
    let context: StepContext

    private var source: Server { servers.source }

    /// Brings the source to rest. A source that is already at rest is not changed.
    func reach(_ resting: FailoverStep.Resting) async throws {
        switch resting {
        case .follow: return
        case .fenced: try await fence()
        case .shutdown: try await shutDown()
        }
    }

    /// Closes the source, lets it stand alone, and makes the Sentinels forget it. If a Sentinel makes it follow the target
    /// again before that Sentinel was reset, that is taken back.
    private func fence() async throws {
        let fence = Fence(primary: source)
        let address = source.endpoint
        let watch = Stopwatch(context.clock)
        while true {
            // Dragonfly has no `min-replicas-to-write`, so it cannot be closed. It stays a replica, and a replica accepts
            // no writes either.
            guard try await fence.isolate() else { return }
            guard let sentinels = Sentinels(servers) else { break }
            try await sentinels.forget([address], world: world, context)
            let isForgotten = try await !sentinels.knowsAny([address])
            if isForgotten, try await standsAlone() { break }
            context.report(
                Progress("the Sentinels to forget \(source.endpoint)", now: "some know it", wanted: "forgotten by all"))
            if context.isDraining { throw CancellationError() }
            try await context.clock.sleep(for: .milliseconds(200))
            guard watch.elapsed < .seconds(120) else { throw notForgotten() }
        }
        // A Sentinel that did not answer may have sent clients here meanwhile.
        try await ClientRelease(server: source, engine: servers.plan.source.engine).run()
    }

    private func standsAlone() async throws(StepFailure) -> Bool {
        try await source.replication().upstream?.primary == .nowhere
    }

    private func notForgotten() -> StepFailure {
        StepFailure(
            code: .sourceNotForgotten, what: "the Sentinels still list \(source.endpoint) as a replica after 2m",
            place: servers.sentinels.map(\.name), world: world, help: ["resume tries again"], isTransient: true)
    }

    private var world: [String] {
        ["\(servers.target.endpoint) is the primary and takes writes; \(source.endpoint) takes none"]
    }

    /// Shuts the source down, unless it is gone already. A server with save points saves its data first, which takes
    /// time.
    private func shutDown() async throws {
        do {
            _ = try await source.replication()
        } catch {
            guard error.isTransient else { throw error }
            return
        }
        try await source.attempt([["SHUTDOWN"]], timeout: .seconds(60))
    }
}
