import Execution
import PlanGraph
import Synchronization

/// The warnings that steps of a run have given so far. They are shown to the person who is asked whether to go on.
final class RunWarnings: Sendable {
    private let warnings = Mutex<[(node: NodeID, summary: String)]>([])

    func note(_ event: RunEvent) {
        guard case .step(let node, _, let step) = event.kind else { return }
        switch step {
        case .warned(let result, _): add(node, result)
        case .kept(let result?) where result.verdict == .warned: add(node, result)
        case .succeeded: remove(node)
        case .started, .progress, .finding, .failed, .retrying, .paused, .interrupted, .kept: break
        }
    }

    var lines: [String] { warnings.withLock { $0.map { "\($0.node): \($0.summary)" } } }

    private func add(_ node: NodeID, _ result: StepResult) {
        warnings.withLock { warnings in
            warnings.removeAll { $0.node == node }
            warnings.append((node, result.summary))
        }
    }

    private func remove(_ node: NodeID) { warnings.withLock { $0.removeAll { $0.node == node } } }
}
