import Execution
import PlanGraph
import PlanModel

/// How a step kind is carried out: the part of its declaration that knows the servers.
protocol StepExecution: StepDeclaration {
    static var role: StepGraph.Role { get }

    /// The nodes that the step becomes in the graph. Nodes of one stage may run at the same time, and each waits for
    /// all nodes of the stage before it. The nodes of the first stage wait for the steps that this step needs.
    func stages(of step: Step, at place: StepPlace) -> [[StepNode]]

    /// The rights for what planrun sends in this step and its rollback. `Servers.rights` covers what it sends for every
    /// plan.
    func rights(at place: StepPlace) -> Rights

    /// Adds the commands with which the step changes servers if nothing goes wrong, in their order.
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript)

    /// The commands that take the step back.
    /// - Parameters:
    ///   - before: the servers before the step.
    ///   - after: the servers after it.
    func waysBack(_ scene: CommandScene, from before: CommandScript, to after: CommandScript) -> [ForeseenReturn]
}

extension StepExecution {
    func waysBack(_ scene: CommandScene, from before: CommandScript, to after: CommandScript) -> [ForeseenReturn] { [] }
}

/// The place of a step in its plan.
struct StepPlace: Sendable {
    let plan: Plan
    /// Whether the cutover needs the step, directly or through other steps.
    let isBeforeCutover: Bool
    /// Whether the step needs the cutover, directly or through other steps.
    let isAfterCutover: Bool
}

/// One node of a step.
struct StepNode: Sendable {
    /// Makes the operation that carries the node out.
    typealias Maker = @Sendable (Servers, Surroundings, _ allowance: WriteAllowance) -> any Operation

    /// The id of the check that the node runs; `nil` if it runs no check and is the step's only node.
    let check: String?
    let title: String
    /// How long after it has succeeded the node is made anew, until the cutover; `nil` for once.
    let repetition: Duration?
    let maker: Maker

    /// Makes the only node of a step.
    init(_ title: String, _ maker: @escaping Maker) {
        self.init(check: nil, title: title, maker)
    }

    init(check: String?, title: String, repetition: Duration? = nil, _ maker: @escaping Maker) {
        self.check = check
        self.title = title
        self.repetition = repetition
        self.maker = maker
    }
}
