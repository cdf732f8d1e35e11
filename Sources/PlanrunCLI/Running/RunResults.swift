import Execution
import FoundationEssentials
import PlanGraph
import Synchronization

/// What the steps of a run have left so far, for the commands of later steps.
final class RunResults: Sendable {
    private let results: Mutex<[NodeID: StepResult]>
    private let plan: String
    private let lineage: String

    init(_ state: RunState) {
        plan = state.planName
        lineage = state.lineage
        results = Mutex(
            Dictionary(uniqueKeysWithValues: state.nodes.compactMap { node in node.result.map { (node.id, $0) } }))
    }

    func note(_ event: RunEvent) {
        guard case .step(let node, _, let step) = event.kind else { return }
        switch step {
        case .succeeded(let result, _, _), .warned(let result, _): results.withLock { $0[node] = result }
        case .started, .progress, .finding, .failed, .retrying, .paused, .interrupted, .kept: break
        }
    }

    /// One JSON object, which the article `Hooks` describes.
    var json: String {
        let steps = results.withLock { $0 }.sorted { $0.key < $1.key }.map { node, result in
            Document.Step(
                id: node.step, check: node.check, verdict: result.verdict.rawValue, summary: result.summary,
                facts: result.facts)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? encoder.encode(Document(format: 1, plan: plan, run: lineage, steps: steps))
        return String(decoding: data ?? Data("{}".utf8), as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Step: Encodable {
            let id: String
            let check: String?
            let verdict: String
            let summary: String
            let facts: [String: StateValue]
        }

        let format: Int
        let plan: String
        let run: String
        let steps: [Step]
    }
}
