import Execution
import PlanGraph
import PlanModel

/// How a step kind is carried out: the part of its declaration that knows servers.
protocol StepExecution: StepDeclaration {
    static var role: StepGraph.Role { get }

    /// The nodes that the step becomes in the graph. The nodes of one stage may run at the same time. Each needs all
    /// nodes of the stage before, and the nodes of the first stage need what the step needs.
    func stages(of step: Step, at place: StepPlace) -> [[StepNode]]

    /// The rights for what planrun sends in this step and in its way back, besides what it sends for every plan
    /// (`Servers.rights`).
    func rights(at place: StepPlace) -> Rights
}

/// The place of a step in its plan.
struct StepPlace: Sendable {
    let plan: Plan
    /// Whether the cutover needs the step, directly or through others.
    let isBeforeCutover: Bool
    /// Whether the step needs the cutover, directly or through others.
    let isAfterCutover: Bool
}

/// One node of a step.
struct StepNode: Sendable {
    /// Makes the operation that carries the node out.
    typealias Maker = @Sendable (Servers, any Approver, _ discardsWrites: Bool) -> any Operation

    /// The id of the check that the node runs; `nil` where the step has only one node.
    let check: String?
    let title: String
    let maker: Maker

    /// Makes the only node of a step.
    init(_ title: String, _ maker: @escaping Maker) {
        self.init(check: nil, title: title, maker)
    }

    init(check: String?, title: String, _ maker: @escaping Maker) {
        self.check = check
        self.title = title
        self.maker = maker
    }
}
