import PlanGraph
import PlanModel

/// How a step kind is carried out: the half of its declaration that knows servers.
protocol StepExecution: StepDeclaration {
    static var role: StepGraph.Role { get }

    /// The nodes that the step is in the graph. Those of one stage may run at the same time; each needs all of the stage
    /// before, and those of the first need what the step needs.
    func stages(of step: Step, at place: StepPlace) -> [[StepNode]]
}

/// Where in which plan a step stands.
struct StepPlace: Sendable {
    let plan: Plan
    /// Whether the cutover needs the step, directly or through others.
    let isBeforeCutover: Bool
    /// Whether the step needs the cutover, directly or through others.
    let isAfterCutover: Bool
}

/// One node of a step.
struct StepNode: Sendable {
    /// For one of several: what tells it from the others, which is the id of the check.
    let check: String?
    let title: String
    let maker: CompiledPlan.Maker

    /// The only node of a step.
    init(_ title: String, _ maker: @escaping CompiledPlan.Maker) {
        self.init(check: nil, title: title, maker)
    }

    init(check: String?, title: String, _ maker: @escaping CompiledPlan.Maker) {
        self.check = check
        self.title = title
        self.maker = maker
    }
}

/// The catalogue: every kind of the plan language, with what carries it out.
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
        }
    }
}
