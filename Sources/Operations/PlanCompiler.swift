package import Execution
package import PlanGraph
package import PlanModel

/// A plan as it is carried out: the graph, the limits of each node, and the operation behind each node.
///
/// Compiling reads nothing but the plan, so that `graph` and `plan --offline` need no server.
package struct CompiledPlan: Sendable {
    package let plan: Plan
    package let graph: StepGraph
    /// Timeout and retries by node.
    package let policies: [String: NodePolicy]
    /// What each node does; a node of the graph without one is a bug.
    let makers: [String: Maker]

    typealias Maker = @Sendable (Servers, any Approver, _ discardsWrites: Bool) -> any Operation

    package init(_ plan: Plan) {
        var compiler = Compiler(plan: plan)
        for step in plan.steps { compiler.add(step) }
        self.plan = plan
        graph = StepGraph(nodes: compiler.nodes)
        policies = compiler.policies
        makers = compiler.makers
    }

    package func operations(
        servers: Servers, approver: any Approver, discardsWrites: Bool = false
    ) -> some OperationProvider {
        PlanOperations(makers: makers, servers: servers, approver: approver, discardsWrites: discardsWrites)
    }

    /// What the sentences about a step have to know.
    package func scene(of step: Step) -> StepScene {
        let nodes = graph.nodes.filter { $0.step == step.id }
        let writing = "\(step.id)/\(TargetWritableCheck.declaration.id)"
        return StepScene(plan: plan, questions: nodes.count, writesKey: nodes.contains { $0.id == writing })
    }
}

private struct PlanOperations: OperationProvider {
    let makers: [String: CompiledPlan.Maker]
    let servers: Servers
    let approver: any Approver
    let discardsWrites: Bool

    func operation(for node: String) -> any Operation {
        guard let maker = makers[node] else { preconditionFailure("node '\(node)' was never compiled") }
        return maker(servers, approver, discardsWrites)
    }
}

/// Turns steps into nodes, one after the other. A step of checks becomes one node a check.
private struct Compiler {
    let plan: Plan
    private(set) var nodes: [StepGraph.Node] = []
    private(set) var policies: [String: NodePolicy] = [:]
    private(set) var makers: [String: CompiledPlan.Maker] = [:]
    /// The nodes a later step has to wait for, by step.
    private var ends: [String: [String]] = [:]
    private let beforeCutover: Set<String>
    private let afterCutover: Set<String>

    init(plan: Plan) {
        self.plan = plan
        beforeCutover = plan.stepsBeforeCutover
        afterCutover = plan.stepsAfterCutover
    }

    mutating func add(_ step: Step) {
        let execution = step.kind.execution
        let place = StepPlace(
            plan: plan, isBeforeCutover: beforeCutover.contains(step.id),
            isAfterCutover: afterCutover.contains(step.id))
        var needs = needs(of: step)
        for stage in execution.stages(of: step, at: place) where !stage.isEmpty {
            needs = stage.map { append($0, step, type(of: execution).role, needs: needs) }
        }
        ends[step.id] = needs
    }

    /// - Returns: the id of the node.
    private mutating func append(_ node: StepNode, _ step: Step, _ role: StepGraph.Role, needs: [String]) -> String {
        let id = node.check.map { "\(step.id)/\($0)" } ?? step.id
        nodes.append(
            StepGraph.Node(
                id: id, step: step.id, kind: step.kind.name.rawValue, title: node.title, role: role, needs: needs))
        policies[id] = NodePolicy(timeout: step.timeout, retries: step.retries)
        makers[id] = node.maker
        return id
    }

    private func needs(of step: Step) -> [String] {
        var needs: [String] = []
        for need in step.needs { for end in ends[need] ?? [need] where !needs.contains(end) { needs.append(end) } }
        return needs
    }
}

extension Plan {
    /// Ids of the steps that the one that cuts over needs, directly or not.
    fileprivate var stepsBeforeCutover: Set<String> {
        var open = steps.filter { $0.kind.name == .failover }.flatMap(\.needs)
        var before: Set<String> = []
        while let id = open.popLast() {
            guard before.insert(id).inserted, let step = steps.first(where: { $0.id == id }) else { continue }
            open += step.needs
        }
        return before
    }

    /// Ids of the steps that need, directly or not, the one that cuts over.
    fileprivate var stepsAfterCutover: Set<String> {
        let cutovers = steps.filter { if case .failover = $0.kind { true } else { false } }.map(\.id)
        var after = Set(cutovers)
        var isGrowing = true
        while isGrowing {
            let found = steps.filter { !after.contains($0.id) && !after.isDisjoint(with: $0.needs) }.map(\.id)
            after.formUnion(found)
            isGrowing = !found.isEmpty
        }
        return after.subtracting(cutovers)
    }
}
