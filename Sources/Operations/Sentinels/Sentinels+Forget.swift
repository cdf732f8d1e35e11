import Execution
import PlanModel
import RESP
import RedisTopology
import Values

extension Sentinels {
    static func forgettingRights(_ plan: Plan) -> Rights {
        plan.sentinel.map { Rights(at: [.sentinel], [.sentinel("RESET", $0.primary)]) } ?? .none
    }

    /// Makes every Sentinel forget some replicas, with `SENTINEL RESET`.
    ///
    /// A reset Sentinel has also forgotten the other Sentinels, and cannot agree with them on anything until it has
    /// found them again. So the Sentinels are reset one at a time. A Sentinel learns of replicas from their primary, so
    /// a server that is to be forgotten must have stopped following the primary.
    /// - Parameter world: what state the servers are in, for the failure if a Sentinel does not find the others again.
    func forget(_ forgotten: [Endpoint], world: [String], _ context: StepContext) async throws {
        for sentinel in all {
            guard try await knows(forgotten, sentinel) else { continue }
            let others = try await sentinel.sentinelPrimary(primaryName)?.otherSentinelCount ?? 0
            try await sentinel.ask(["SENTINEL", "RESET", primaryName])
            let watch = Stopwatch(context.clock)
            while let now = try await sentinel.sentinelPrimary(primaryName)?.otherSentinelCount, now < others {
                guard watch.elapsed < .seconds(30) else {
                    throw StepFailure(
                        code: .sentinelAlone,
                        what: "a Sentinel that was reset sees \(now) of \(others) other Sentinels",
                        place: [sentinel.name], world: world,
                        help: ["check that \(sentinel.endpoint) can reach the other Sentinels, then try again"],
                        isTransient: true)
                }
                context.report(
                    Progress("\(sentinel.name) to find the other Sentinels again", now: "\(now)", wanted: "\(others)"))
                try await context.clock.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Whether any Sentinel lists a replica at one of these addresses.
    func knowsAny(_ addresses: [Endpoint]) async throws -> Bool {
        for sentinel in all where try await knows(addresses, sentinel) { return true }
        return false
    }

    /// Whether this Sentinel does.
    func knows(_ addresses: [Endpoint], _ sentinel: Sentinel) async throws -> Bool {
        for replica in try await sentinel.sentinelReplicas(primaryName) {
            for address in addresses where await servers.isSame(replica.address, as: address) { return true }
        }
        return false
    }
}
