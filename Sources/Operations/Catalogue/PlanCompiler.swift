package import Execution
package import PlanGraph
package import PlanModel

/// A plan in the form in which it is carried out: the graph, the timeout and retries of each node, and the operation
/// behind each node.
///
/// Compiling reads nothing but the plan, so `graph` and `plan --offline` need no server.
package struct CompiledPlan: Sendable {
    package let plan: Plan
    package let graph: StepGraph
    /// The timeout and retries of each node.
    package let policies: [NodeID: NodePolicy]
    /// A closure that makes the operation, for every node of the graph.
    let makers: [NodeID: StepNode.Maker]

    package init(_ plan: Plan) {
        let places = StepPlaces(plan)
        var compiler = Compiler(places)
        // A step needs the nodes of the steps that it waits for, so these steps are added first. In the file they may
        // stand below it.
        for step in places.order { compiler.add(step) }
        self.plan = plan
        graph = StepGraph(nodes: compiler.nodes)
        policies = compiler.policies
        makers = compiler.makers
    }

    package func operations(
        servers: Servers, approver: any Approver, hooks: any HookRunner = NoHooks(),
        allowance: WriteAllowance = .noReturn
    ) -> some OperationProvider {
        PlanOperations(
            makers: makers, servers: servers, surroundings: Surroundings(approver: approver, hooks: hooks),
            allowance: allowance)
    }

    /// What the description of a step depends on besides the step itself.
    package func scene(of step: Step) -> StepScene {
        let nodes = graph.nodes.filter { $0.step == step.id }
        let writing = NodeID(step: step.id, check: TargetWritableCheck.declaration.id)
        return StepScene(plan: plan, checks: nodes.count, writesKey: nodes.contains { $0.id == writing })
    }

    /// The same, with what only the servers can tell. A server that does not answer leaves it open.
    package func scene(of step: Step, servers: Servers) async -> StepScene {
        var scene = scene(of: step)
        if case .failover(let failover) = step.kind {
            let after = try? await AfterCutover.read(servers, failover)
            (scene.resting, scene.afterCutover) = (after?.resting, after?.wayBack)
        }
        return scene
    }
}

private struct PlanOperations: OperationProvider {
    let makers: [NodeID: StepNode.Maker]
    let servers: Servers
    let surroundings: Surroundings
    let allowance: WriteAllowance

    func operation(for node: NodeID) -> any Operation {
        guard let maker = makers[node] else { preconditionFailure("node '\(node)' was never compiled") }
        return maker(servers, surroundings, allowance)
    }
}

/// Turns steps into nodes, one step after the other. A step that runs checks becomes one node for each check.
private struct Compiler {
    private(set) var nodes: [StepGraph.Node] = []
    private(set) var policies: [NodeID: NodePolicy] = [:]
    private(set) var makers: [NodeID: StepNode.Maker] = [:]
    /// The last nodes of each step. A step that needs it waits for these nodes.
    private var ends: [String: [NodeID]] = [:]
    private let places: StepPlaces

    init(_ places: StepPlaces) {
        self.places = places
    }

    mutating func add(_ step: Step) {
        let execution = step.kind.execution
        var needs = needs(of: step)
        for stage in execution.stages(of: step, at: places[step]) where !stage.isEmpty {
            needs = stage.map { append($0, step, type(of: execution).role, needs: needs) }
        }
        ends[step.id] = needs
    }

    /// - Returns: the id of the node.
    private mutating func append(_ node: StepNode, _ step: Step, _ role: StepGraph.Role, needs: [NodeID]) -> NodeID {
        let id = NodeID(step: step.id, check: node.check)
        nodes.append(
            StepGraph.Node(id: id, kind: step.kind.name.rawValue, title: node.title, role: role, needs: needs))
        policies[id] = NodePolicy(timeout: step.timeout, retries: step.retries, repetition: node.repetition)
        makers[id] = node.maker
        return id
    }

    private func needs(of step: Step) -> [NodeID] {
        var needs: [NodeID] = []
        for need in step.needs { for end in ends[need] ?? [] where !needs.contains(end) { needs.append(end) } }
        return needs
    }
}
