package import PlanModel

extension Plan {
    /// The settings of the step that puts the source under the Sentinels; `nil` for a plan that has none.
    var monitor: MonitorStep? {
        for step in steps { if case .monitor(let monitor) = step.kind { return monitor } }
        return nil
    }

    /// The settings of the step that brings users to the target; `nil` for a plan that has none.
    var users: UsersStep? {
        for step in steps { if case .users(let users) = step.kind { return users } }
        return nil
    }

    /// Whether the Sentinels watch the source from the start, so that they can be asked about it.
    package var isMonitored: Bool { sentinel != nil && monitor == nil }

    var replicationPassword: SecretReference? {
        for step in steps { if case .replicaof(let following) = step.kind { return following.password } }
        return nil
    }

    /// The settings of the cutover; `nil` for a plan that has none.
    var failover: FailoverStep? {
        for step in steps { if case .failover(let failover) = step.kind { return failover } }
        return nil
    }
}
