import Execution
import PlanModel
import RESP
import RedisTopology

/// Brings the source to rest after the cutover, as `AfterCutover` says.
///
/// A source that cannot follow the target would try several hundred times a second, so it has to stand alone. A source
/// that stands alone would take writes, so it is closed first. The Sentinels list whatever follows the primary, so they
/// are made to forget the source last.
struct SourceRest: Sendable {
    /// - Parameter resting: `nil` where the engines and versions of the two servers decide.
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

    /// Brings the source to rest as the plan wants it. A source that is at rest already is not changed.
    func reach(_ resting: FailoverStep.Resting) async throws {
        switch resting {
        case .follow: return
        case .fenced: try await fence()
        case .shutdown: try await shutDown()
        }
    }

    /// Closes the source, detaches it, and makes the Sentinels forget it. A Sentinel that has not forgotten the source
    /// yet makes it follow the target again; then it is detached once more.
    private func fence() async throws {
        let fence = Fence(primary: source)
        // A Dragonfly has no `min-replicas-to-write` and cannot be closed. It stays a replica, which takes no writes
        // either.
        guard try await fence.close() else { return }
        let address = source.endpoint
        let watch = Stopwatch(context.clock)
        while watch.elapsed < .seconds(120) {
            if try await source.replication().upstream != nil {
                try await fence.send([["REPLICAOF", "NO", "ONE"]])
            }
            guard let sentinels = Sentinels(servers) else { return }
            try await sentinels.forget([address], world: world, context)
            let isForgotten = try await !sentinels.knowsAny([address])
            if isForgotten, try await source.replication().upstream == nil { return }
            context.report(
                Progress("the Sentinels to forget \(source.endpoint)", now: "some know it", wanted: "forgotten by all"))
            if context.isDraining { throw CancellationError() }
            try await context.clock.sleep(for: .milliseconds(200))
        }
        throw StepFailure(
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
