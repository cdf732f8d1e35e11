package import PlanGraph

/// Whether a run has passed a point of no return. Resume, rollback, the exit code and what a person is told all ask
/// here, so that they cannot disagree.
package enum Passage: Sendable, Equatable {
    /// The point was not passed: everything can be taken back.
    case ahead
    /// It may have been passed, and neither the record nor the servers can tell. The nodes that come before the point
    /// are not run again, since their checks may fail on servers that the point has changed. But no message may claim
    /// yet that the point was passed.
    case perhaps
    /// It was passed: the run can only go on, or be rolled back with a loss.
    case behind
}

extension RunState {
    /// The passage of each point of no return that is on record. If the record does not tell, the operation is asked.
    package func passages(
        in graph: StepGraph, asking provider: some OperationProvider
    ) async -> [NodeID: Passage] {
        var passages: [NodeID: Passage] = [:]
        for node in graph.nodes where node.role == .pointOfNoReturn {
            passages[node.id] = await passage(node, in: graph, asking: provider)
        }
        return passages
    }

    private func passage(
        _ node: StepGraph.Node, in graph: StepGraph, asking provider: some OperationProvider
    ) async -> Passage {
        guard let record = self[node.id] else { return .ahead }
        switch record.status {
        case .succeeded: return .behind
        case .undone: return .ahead
        case .pending, .started, .failed, .undoFailed:
            // The node has succeeded once, so the point was passed. What began later was another attempt, or the undo.
            if record.undo != nil, record.result != nil { return .behind }
            // Others may have passed the point while the run waits before it. Where the run is not ready for it yet, what
            // they did is not what the run wanted to do.
            guard record.undo != nil || isReady(for: node, in: graph) else { return .ahead }
            return await provider.operation(for: node.id).passage(record.undo)
        }
    }

    /// Whether everything before it has succeeded, except perhaps for what a person has to say.
    private func isReady(for node: StepGraph.Node, in graph: StepGraph) -> Bool {
        graph.needs(ofAny: [node.id]).allSatisfy { graph[$0]?.role == .gate || self[$0]?.status == .succeeded }
    }

    /// Points of no return that were passed, by the record, and whose undo has not begun. A rollback takes back neither
    /// what came before them nor what came after, unless a person accepts the loss.
    func closedPoints(in graph: StepGraph) -> [NodeID] {
        graph.nodes.filter { $0.role == .pointOfNoReturn && self[$0.id]?.status == .succeeded }.map(\.id)
    }
}
