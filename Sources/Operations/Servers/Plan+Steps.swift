package import PlanModel

extension Plan {
    /// The settings of the step that puts the source under the Sentinels; `nil` if the plan has no such step.
    var monitor: MonitorStep? {
        for step in steps { if case .monitor(let monitor) = step.kind { return monitor } }
        return nil
    }

    /// The settings of the step that makes the source's users at the target; `nil` if the plan has no such step.
    var users: UsersStep? {
        for step in steps { if case .users(let users) = step.kind { return users } }
        return nil
    }

    /// Whether the Sentinels watch the source before the plan begins, so that they can be asked about it.
    package var isMonitored: Bool { sentinel != nil && monitor == nil }

    var replicationPassword: SecretReference? {
        for step in steps { if case .replicaof(let following) = step.kind { return following.password } }
        return nil
    }
}
