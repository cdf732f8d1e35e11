import Execution
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

/// One node of a step.
struct StepNode: Sendable {
    /// Makes what carries it out.
    typealias Maker = @Sendable (Servers, any Approver, _ discardsWrites: Bool) -> any Operation

    /// For one of several: what tells it from the others, which is the id of the check.
    let check: String?
    let title: String
    let maker: Maker

    /// The only node of a step.
    init(_ title: String, _ maker: @escaping Maker) {
        self.init(check: nil, title: title, maker)
    }

    init(check: String?, title: String, _ maker: @escaping Maker) {
        self.check = check
        self.title = title
        self.maker = maker
    }
}
