package import PlanModel
import RedisTopology
package import Values

/// The servers of a plan as they stand now, and as they will once the plan is carried out.
package struct TopologyForecast: Sendable, Equatable, Codable {
    package struct Member: Sendable, Equatable, Codable {
        package enum Role: String, Sendable, Equatable, Codable {
            case primary
            /// It follows the primary.
            case replica
            /// It follows nobody, and takes writes from whoever finds it.
            case alone
            /// It follows nobody and takes no writes.
            case fenced
            case stopped
            /// The versions of the servers decide whether it follows or is fenced.
            case replicaOrFenced = "replica-or-fenced"
        }

        package let address: String
        /// `nil` for replicas that the plan does not name.
        package let engine: Engine?
        package let role: Role
    }

    package let before: [Member]
    package let after: [Member]
    /// How many Sentinels the plan names.
    package let sentinels: Int
    /// Whether the source was asked for its other replicas.
    package let knowsReplicas: Bool

    /// - Parameter servers: `nil` if no server may be asked. One that does not answer leaves open what it would decide.
    package static func make(_ plan: Plan, _ servers: Servers?) async -> TopologyForecast {
        let failover = plan.steps.lazy.compactMap { step -> FailoverStep? in
            if case .failover(let failover) = step.kind { failover } else { nil }
        }.first
        let replicas = try? await servers?.source.replication().replicas.map(\.address)
        let others = (replicas ?? []).filter { $0 != plan.target.endpoint }.sorted { "\($0)" < "\($1)" }
        let follows = plan.steps.contains { $0.kind.name == .replicaof }
        func member(_ settings: InstanceSettings, _ role: Member.Role) -> Member {
            Member(address: "\(settings.endpoint)", engine: settings.engine, role: role)
        }
        func member(_ endpoint: Endpoint, _ role: Member.Role) -> Member {
            Member(address: "\(endpoint)", engine: nil, role: role)
        }
        let isFollowing = replicas?.contains(plan.target.endpoint) ?? false
        let before =
            [member(plan.source, .primary), member(plan.target, isFollowing ? .replica : .alone)]
            + others.map { member($0, .replica) }
        guard let failover else {
            let after = [member(plan.source, .primary), member(plan.target, follows ? .replica : .alone)]
            return TopologyForecast(
                before: before, after: after + others.map { member($0, .replica) },
                sentinels: plan.sentinel?.endpoints.count ?? 0, knowsReplicas: replicas != nil)
        }
        var decided: AfterCutover?
        if let servers { decided = try? await AfterCutover.read(servers, failover) }
        let resting = decided?.resting ?? failover.certainResting(plan)
        let rest = decided?.replicas ?? failover.replicas
        let end = plan.decommission
        let sourceRole = end.map { role($0, otherwise: resting) } ?? role(resting)
        let replicaRole = end?.replicas == .withSource ? end.map { role($0, otherwise: nil) } : nil
        return TopologyForecast(
            before: before,
            after: [member(plan.target, .primary), member(plan.source, sourceRole)]
                + others.map { member($0, replicaRole ?? role(rest)) },
            sentinels: plan.sentinel?.endpoints.count ?? 0, knowsReplicas: replicas != nil)
    }

    /// - Parameter resting: what the cutover has made of it, which may have ended it.
    private static func role(_ end: DecommissionStep, otherwise resting: FailoverStep.Resting?) -> Member.Role {
        end.resting == .shutdown || resting == .shutdown ? .stopped : .fenced
    }

    private static func role(_ resting: FailoverStep.Resting?) -> Member.Role {
        switch resting {
        case .follow: .replica
        case .fenced: .fenced
        case .shutdown: .stopped
        case nil: .replicaOrFenced
        }
    }

    private static func role(_ replicas: FailoverStep.OtherReplicas?) -> Member.Role {
        switch replicas {
        case .follow, .leave: .replica
        case .detach: .fenced
        case nil: .replicaOrFenced
        }
    }
}
