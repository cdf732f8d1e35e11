package import PlanGraph

extension RunState {
    /// What the record of the next run keeps of this one and of those before it. A run that has changed nothing is not
    /// kept.
    package func asHistory(in graph: StepGraph) -> RunHistory? {
        var effects = nodes.filter { $0.undo != nil || $0.status == .undone || graph[$0.id]?.role.isEffect == true }
        for index in effects.indices { effects[index].curves = nil }
        let hasChanged = effects.contains { $0.attempts > 0 }
        guard hasChanged else { return history }
        return RunHistory((history?.runs ?? []) + [EarlierRun(self, keeping: effects)])
    }

    /// What a new run of the same plan takes over from this one, which was abandoned: the undo data of the effects that
    /// are still in place.
    package func inheritance(
        in graph: StepGraph, asking provider: some OperationProvider
    ) async -> [NodeID: StateValue] {
        var inheritance: [NodeID: StateValue] = [:]
        for node in nodes where node.mayBeInPlace && graph[node.id] != nil {
            guard let undo = node.undo else { continue }
            inheritance[node.id] = await provider.operation(for: node.id).inherited(undo)
        }
        return inheritance
    }

    /// This new run, which is to take back what an earlier one has left in place.
    /// - Parameter leftovers: what it cannot take back.
    package func inheriting(_ undo: [NodeID: StateValue], leaving leftovers: [Leftover]) -> RunState {
        var state = self
        if !leftovers.isEmpty { state.leftovers = leftovers }
        for index in state.nodes.indices {
            guard let undo = undo[state.nodes[index].id] else { continue }
            (state.nodes[index].status, state.nodes[index].undo) = (.started, undo)
        }
        return state
    }
}
