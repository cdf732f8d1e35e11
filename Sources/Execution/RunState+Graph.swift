package import PlanGraph

extension RunState {
    /// Refuses a state that belongs to another plan or to other steps. Returns it with its nodes in the order of the
    /// graph.
    ///
    /// - Parameter record: the name of the record in messages (`RunLease.recordName`).
    package func checked(
        against graph: StepGraph, planName: String, planPath: String, record: String
    ) throws(StoreFailure) -> RunState {
        guard self.planName == planName, fileName(self.planPath) == fileName(planPath) else {
            throw .otherPlan(record, self, planName: planName, planPath: planPath)
        }
        let inPlan = Set(graph.nodes.map(\.id))
        let inState = Set(nodes.map(\.id))
        guard inPlan == inState else {
            throw .otherSteps(
                record, gone: inState.subtracting(inPlan).sorted(), new: inPlan.subtracting(inState).sorted())
        }
        return inOrder(of: graph)
    }

    /// The same run under a changed plan. Nodes that have not begun are added and removed as the plan says, and so is a
    /// check that its step does not ask any more: it has changed nothing.
    ///
    /// - Throws: `StoreFailure` with code `unknownStep` if a node that has begun is no longer in the plan.
    package func adopting(_ graph: StepGraph, plan: String, record: String) throws(StoreFailure) -> RunState {
        let steps = Set(graph.nodes.lazy.filter { !$0.role.isEffect }.map(\.step))
        let begun = nodes.filter { node in
            guard node.status != .pending, graph[node.id] == nil else { return false }
            return node.id.check == nil || node.undo != nil || !steps.contains(node.id.step)
        }.map(\.id)
        guard begun.isEmpty else { throw .otherSteps(record, gone: begun, new: []) }
        var adopted = self
        adopted.follow(plan)
        return adopted.inOrder(of: graph)
    }

    /// The same run from its beginning, because the plan names another server that every step is about.
    ///
    /// - Parameters:
    ///   - undo: of the effects that are in place: they are inspected and performed again, and can be taken back.
    ///   - leftovers: what stays changed at a server that the plan does not name any more.
    /// - Throws: `StoreFailure` with code `unknownStep` if an effect that is in place is no longer in the plan.
    package func startingOver(
        _ graph: StepGraph, plan: String, undo: [NodeID: StateValue], leaving leftovers: [Leftover], record: String
    ) throws(StoreFailure) -> RunState {
        let gone = undo.keys.filter { graph[$0] == nil }.sorted()
        guard gone.isEmpty else { throw .otherSteps(record, gone: gone, new: []) }
        var state = self
        state.follow(plan)
        state.nodes = graph.nodes.map { node in
            var record = Node(id: node.id)
            if let undo = undo[node.id] { (record.status, record.undo) = (.started, undo) }
            return record
        }
        if !leftovers.isEmpty { state.leftovers = (state.leftovers ?? []) + leftovers }
        return state
    }

    /// The nodes that a rollback would take back, in the order of the rollback.
    package func nodesToUndo(in graph: StepGraph) -> [NodeID] { rollbackGraph(in: graph).nodes.map(\.id) }

    /// The nodes that resume does not run again.
    ///
    /// A node that has succeeded is kept if all effects that depend on it have succeeded, too: before an effect that is
    /// still to come, the servers are asked again. So they are by all checks of a step of which one has not passed: what the
    /// others have seen may not hold any more. What a person has approved stays approved.
    /// What a point of no return needs is kept as far as it has succeeded if the point is, or may be, behind the run: its
    /// checks may fail on servers that the point has changed. If the point is behind the run for certain, its checks are
    /// not even asked where they have not passed, because a changed plan has added them for example.
    package func kept(in graph: StepGraph, _ passages: [NodeID: Passage] = [:]) -> Set<NodeID> {
        let succeeded = Set(nodes.filter { $0.status == .succeeded }.map(\.id))
        let restless = graph.needs(
            ofAny: graph.nodes.lazy.filter { $0.role.isEffect && !succeeded.contains($0.id) }.map(\.id))
        let over = graph.needs(ofAny: passages.lazy.filter { $0.value != .ahead }.map(\.key))
        let closed = graph.needs(ofAny: passages.lazy.filter { $0.value == .behind }.map(\.key))
        let unfinished = Set(graph.nodes.lazy.filter { !succeeded.contains($0.id) }.map(\.step))
        return Set(
            graph.nodes.filter { node in
                // Nobody is asked whether to do what has happened already.
                if node.role == .gate, over.contains(node.id) { return true }
                if node.role == .check, closed.contains(node.id) { return true }
                guard succeeded.contains(node.id) else { return false }
                if node.role == .gate || over.contains(node.id) { return true }
                return !restless.contains(node.id) && !(node.role == .check && unfinished.contains(node.step))
            }.map(\.id))
    }

    /// The rollback as a graph, in which each node needs those that came after it. It has the effects with an intent on
    /// record, except those that come before or after a passed point of no return.
    /// - Parameter pastPointOfNoReturn: includes the passed points, and what comes before and after them.
    func rollbackGraph(in graph: StepGraph, pastPointOfNoReturn: Bool = false) -> StepGraph {
        let passed = pastPointOfNoReturn ? [] : Set(closedPoints(in: graph))
        let before = graph.needs(ofAny: passed)
        let behind = graph.dependents(ofAny: passed)
        let settled = passed.union(before).union(behind)
        let records = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0) })
        return graph.reversed(
            keeping: Set(
                graph.nodes.filter { node in
                    node.role.isEffect && !settled.contains(node.id) && records[node.id]?.mayBeInPlace == true
                }.map(\.id)))
    }

    private func inOrder(of graph: StepGraph) -> RunState {
        let records = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0) })
        var ordered = self
        ordered.nodes = graph.nodes.map { records[$0.id] ?? Node(id: $0.id) }
        return ordered
    }

    private func fileName(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
}

extension RunState.Node {
    /// Whether `perform` may have been called and its effect was not taken back since.
    package var mayBeInPlace: Bool {
        switch status {
        case .pending, .undone: false
        case .started, .succeeded, .failed, .undoFailed: undo != nil
        }
    }
}

extension StoreFailure {
    fileprivate static func otherPlan(
        _ record: String, _ state: RunState, planName: String, planPath: String
    ) -> StoreFailure {
        StoreFailure(
            .otherPlan, place: record,
            what: "\(record) is of the plan '\(state.planName)' in '\(state.planPath)', "
                + "not of '\(planName)' in '\(planPath)'",
            help: ["name the state of this plan with '--state PATH', or carry on with the plan that the state is of"])
    }

    fileprivate static func otherSteps(_ record: String, gone: [NodeID], new: [NodeID]) -> StoreFailure {
        var parts: [String] = []
        if !gone.isEmpty {
            parts.append("records \(list(gone)), which the plan does not have" + (new.isEmpty ? "" : ","))
        }
        if !new.isEmpty { parts.append("has no record of \(list(new))") }
        return StoreFailure(
            .unknownStep, place: record, what: "\(record) \(parts.joined(separator: " and "))",
            help: [
                "go on with the plan as it was when the run began; its text is in the state file under 'plan'"
            ])
    }

    private static func list(_ ids: [NodeID]) -> String {
        ids.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (ids.count > 5 ? " and \(ids.count - 5) more" : "")
    }
}
