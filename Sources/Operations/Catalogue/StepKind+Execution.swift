import PlanModel

/// The catalogue: every step kind of the plan language, with the code that carries it out.
extension StepKind {
    var execution: any StepExecution {
        switch self {
        case .preflight(let step): step
        case .monitor(let step): step
        case .backup(let step): step
        case .users(let step): step
        case .replicaof(let step): step
        case .waitForSync(let step): step
        case .verify(let step): step
        case .approval(let step): step
        case .failover(let step): step
        case .watch(let step): step
        case .run(let step): step
        case .decommission(let step): step
        }
    }
}
