internal import Values

extension RollbackSettings {
    /// What `rollback` does after the cutover.
    /// - Parameter sourceFollows: whether the source is left as a replica of the target that can follow it.
    package func afterCutover(sourceFollows: Bool) -> AfterCutover { afterCutover ?? (sourceFollows ? .keep : .stop) }
}

extension Plan {
    /// `nil` for a plan without a step of that kind.
    package func firstStep(of kind: StepKind.Name) -> Step? { steps.first { $0.kind.name == kind } }

    /// The cutover; `nil` for a plan that only prepares it.
    package var failover: FailoverStep? {
        for step in steps { if case .failover(let failover) = step.kind { return failover } }
        return nil
    }

    /// The step that takes the old servers out of service; `nil` for a plan that leaves them.
    package var decommission: DecommissionStep? {
        for step in steps { if case .decommission(let decommission) = step.kind { return decommission } }
        return nil
    }

    /// What `rollback` does after the cutover, if the plan alone decides it; `nil` if the versions of the servers do.
    package var certainWayBack: RollbackSettings.AfterCutover? {
        if let written = rollback.afterCutover { return written }
        return obstacleToFollow == nil ? nil : .stop
    }

    /// Why the source will not follow the target whatever their versions are, as a phrase; `nil` if it may.
    package var obstacleToFollow: String? {
        let (source, target) = (source.engine, target.engine)
        if target.rulesOut(replica: source) {
            return "a \(source.rawValue) cannot follow a \(target.rawValue)"
        }
        return switch failover?.certainResting(self) {
        case .fenced: "'resting: fenced' leaves the source standing alone"
        case .shutdown: "the source is shut down"
        case .follow, nil: nil
        }
    }
}
