import PlanGraph
import PlanModel

/// How a step kind is carried out: the half of its declaration that knows servers.
protocol StepExecution: StepDeclaration {
    static var role: StepGraph.Role { get }

    /// The nodes that the step is in the graph. Those of one stage may run at the same time; each needs all of the stage
    /// before, and those of the first need what the step needs.
    func stages(of step: Step, at place: StepPlace) -> [[StepNode]]

    /// What planrun sends in such a step and in its way back, besides what it sends for every plan (`Servers.rights`).
    func rights(at place: StepPlace) -> Rights
}

/// Where in which plan a step stands.
struct StepPlace: Sendable {
    let plan: Plan
    /// Whether the cutover needs the step, directly or through others.
    let isBeforeCutover: Bool
    /// Whether the step needs the cutover, directly or through others.
    let isAfterCutover: Bool
}

/// The places of all steps of a plan.
struct StepPlaces: Sendable {
    private let plan: Plan
    private let edges: Edges<String>
    private let before: Set<String>
    private let after: Set<String>

    init(_ plan: Plan) {
        guard let edges = Edges(plan.steps.map { (id: $0.id, needs: $0.needs) }) else {
            preconditionFailure("a plan has two steps of one id, or a need that is no step: it was not checked")
        }
        let cutovers = plan.steps.filter { $0.kind.name == .failover }.map(\.id)
        self.plan = plan
        self.edges = edges
        before = edges.needs(ofAny: cutovers)
        after = edges.dependents(ofAny: cutovers)
    }

    /// The steps, each after those that it needs.
    var order: [Step] { edges.order.map { plan.steps[$0] } }

    subscript(step: Step) -> StepPlace {
        StepPlace(plan: plan, isBeforeCutover: before.contains(step.id), isAfterCutover: after.contains(step.id))
    }
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
