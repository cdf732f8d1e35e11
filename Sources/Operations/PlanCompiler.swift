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
    /// Steps that stand after the cutover.
    private let afterCutover: Set<String>
    /// Steps that the cutover needs, directly or not.
    private let beforeCutover: Set<String>

    init(plan: Plan) {
        self.plan = plan
        afterCutover = plan.stepsAfterCutover
        beforeCutover = plan.stepsBeforeCutover
    }

    mutating func add(_ step: Step) {
        switch step.kind {
        case .preflight(let preflight): addPreflight(preflight, step)
        case .verify(let verify): addVerify(verify, step)
        case .monitor(let monitor):
            add(step, "the Sentinels monitor the source", .effect) { servers, _, _ in
                MonitorOperation(servers: servers, step: monitor)
            }
        case .backup(let backup):
            add(step, "the source has saved its data", .wait) { servers, _, _ in
                BackupOperation(servers: servers, step: backup)
            }
        case .users(let users):
            add(step, "the target has the users of the source", .effect) { servers, _, _ in
                UsersOperation(servers: servers, step: users)
            }
        case .replicaof(let following):
            add(step, "the target follows the source", .effect) { servers, _, _ in
                ReplicaOfOperation(servers: servers, step: following)
            }
        case .waitForSync(let waiting):
            add(step, "the target is in sync", .wait) { servers, _, _ in
                WaitForSyncOperation(servers: servers, step: waiting)
            }
        case .approval(let approval):
            let request = ApprovalRequest(
                step: step.id, question: approval.question, isBeforeCutover: beforeCutover.contains(step.id))
            add(step, approval.question, .gate) { servers, approver, _ in
                ApprovalOperation(request: request, servers: servers, approver: approver)
            }
        case .failover(let failover):
            add(step, "the target becomes the primary", .pointOfNoReturn) { servers, _, discardsWrites in
                FailoverOperation(servers: servers, step: failover, discardsWrites: discardsWrites)
            }
        }
    }

    private mutating func addPreflight(_ preflight: PreflightStep, _ step: Step) {
        let checks = PreflightCatalogue.checks.filter { check in
            check.applies(to: plan) && preflight.severity(of: check.declaration) != .off
        }
        // A server that does not answer is one finding, not one of every check.
        let first = checks.filter { $0 == ReachableCheck.self }
        addChecks(first.map { ($0, preflight) }, step, needs: needs(of: step))
        let reached = ends[step.id] ?? []
        let rest = checks.filter { $0 != ReachableCheck.self }
        addChecks(rest.map { ($0, preflight) }, step, needs: reached.isEmpty ? needs(of: step) : reached)
        if rest.isEmpty { ends[step.id] = reached }
    }

    private mutating func addVerify(_ verify: VerifyStep, _ step: Step) {
        let isAfter = afterCutover.contains(step.id)
        let needs = needs(of: step)
        let checks = isAfter ? VerificationChecks.after(verify, plan) : VerificationChecks.before(verify, plan)
        addChecks(checks.map { ($0, nil) }, step, needs: needs)
        let looks: (id: String, title: String, maker: CompiledPlan.Maker)
        if !isAfter {
            looks = (
                ConditionsOperation.id, ConditionsOperation.title,
                { servers, _, _ in ConditionsOperation(servers: servers) }
            )
        } else if RefusalsOperation.applies(to: plan) {
            looks = (
                RefusalsOperation.id, RefusalsOperation.title, { servers, _, _ in RefusalsOperation(servers: servers) }
            )
        } else {
            return
        }
        append("\(step.id)/\(looks.id)", step, looks.title, .check, needs: needs, looks.maker)
        ends[step.id, default: []].append("\(step.id)/\(looks.id)")
    }

    private mutating func addChecks(_ checks: [(any Check.Type, PreflightStep?)], _ step: Step, needs: [String]) {
        var ids: [String] = []
        for (check, preflight) in checks {
            let declaration = check.declaration
            let id = "\(step.id)/\(declaration.id)"
            let severity = preflight?.severity(of: declaration) ?? declaration.severity
            let limits = CheckLimits(declaration, plan: preflight?.settings[declaration.id])
            append(id, step, declaration.title, .check, needs: needs) { servers, _, _ in
                CheckOperation(check: check.init(), severity: severity, limits: limits, servers: servers)
            }
            ids.append(id)
        }
        ends[step.id] = ids.isEmpty ? needs : ids
    }

    private mutating func add(
        _ step: Step, _ title: String, _ role: StepGraph.Role, _ maker: @escaping CompiledPlan.Maker
    ) {
        append(step.id, step, title, role, needs: needs(of: step), maker)
        ends[step.id] = [step.id]
    }

    private mutating func append(
        _ id: String, _ step: Step, _ title: String, _ role: StepGraph.Role, needs: [String],
        _ maker: @escaping CompiledPlan.Maker
    ) {
        nodes.append(
            StepGraph.Node(id: id, step: step.id, kind: step.kind.name.rawValue, title: title, role: role, needs: needs)
        )
        policies[id] = NodePolicy(timeout: step.timeout, retries: step.retries)
        makers[id] = maker
    }

    private func needs(of step: Step) -> [String] {
        var needs: [String] = []
        for need in step.needs { for end in ends[need] ?? [need] where !needs.contains(end) { needs.append(end) } }
        return needs
    }
}

extension PreflightStep {
    func severity(of check: CheckDeclaration) -> CheckSeverity {
        settings[check.id]?.severity ?? check.severity
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
