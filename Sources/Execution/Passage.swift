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
            guard let record = self[node.id] else { continue }
            passages[node.id] = await record.passage(asking: provider)
        }
        return passages
    }

    /// Points of no return that were passed, by the record, and whose undo has not begun. A rollback takes back neither
    /// what came before them nor what came after, unless a person accepts the loss.
    func closedPoints(in graph: StepGraph) -> [NodeID] {
        graph.nodes.filter { $0.role == .pointOfNoReturn && self[$0.id]?.status == .succeeded }.map(\.id)
    }
}

extension RunState.Node {
    fileprivate func passage(asking provider: some OperationProvider) async -> Passage {
        switch status {
        case .pending, .undone: return .ahead
        case .succeeded: return .behind
        case .started, .failed, .undoFailed:
            guard let undo else { return .ahead }
            // The node has succeeded once, so the point was passed. What began later was another attempt, or the undo.
            if result != nil { return .behind }
            return await provider.operation(for: id).passage(undo)
        }
    }
}
