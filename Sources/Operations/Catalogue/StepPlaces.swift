import PlanGraph
import PlanModel

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

    /// The steps of the plan, in an order in which each step comes after the steps that it needs.
    var order: [Step] { edges.order.map { plan.steps[$0] } }

    subscript(step: Step) -> StepPlace {
        StepPlace(plan: plan, isBeforeCutover: before.contains(step.id), isAfterCutover: after.contains(step.id))
    }
}
