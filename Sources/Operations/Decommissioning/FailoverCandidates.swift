import Execution
import PlanModel
import RedisTopology
package import Values

/// Whom the Sentinels could promote if the target died.
package struct FailoverCandidates: Sendable, Equatable {
    /// How many of the Sentinels that answer have somebody, and how many have nobody.
    let having: Int
    let lacking: Int
    /// The old source, where it follows and only its `replica-priority` of 0 keeps it from being one.
    package let idle: Endpoint?

    /// Whether some Sentinel has somebody.
    package var exist: Bool { having > 0 }
    /// Whether no Sentinel that answers has anybody.
    package var areMissing: Bool { having == 0 && lacking > 0 }

    /// The line with which a person lets the Sentinels promote the idle source; `nil` if there is none.
    package func remedy(_ servers: Servers) -> String? {
        idle == nil ? nil : servers.source.commandLine(.idleFollower, "100")
    }

    /// - Returns: `nil` for a plan without Sentinels.
    package static func read(_ servers: Servers) async -> FailoverCandidates? {
        guard servers.plan.sentinel != nil else { return nil }
        let name = servers.primaryName
        let lists =
            (try? await servers.sentinels.atOnce { try? await $0.sentinelReplicas(name) })?.compactMap(\.self) ?? []
        let having = lists.count { $0.contains(where: \.isEligible) }
        var idle: Endpoint?
        for replica in lists.joined() where replica.priority == 0 && replica.flags.isHealthy {
            if await servers.isSame(replica.address, as: servers.source) { idle = servers.source.endpoint }
        }
        return FailoverCandidates(having: having, lacking: lists.count - having, idle: idle)
    }
}
