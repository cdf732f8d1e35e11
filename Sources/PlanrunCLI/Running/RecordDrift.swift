import Execution
import Operations
import PlanGraph

/// Where the servers are no longer as the record says, because somebody has changed them since: read for `status`, whose
/// list of steps would otherwise contradict its list of servers.
struct RecordDrift {
    let compiled: CompiledPlan
    let servers: Servers

    /// A sentence each; nothing where the record still holds, or cannot be compared because a server does not answer.
    func sentences(_ state: RunState) async -> [String] {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        var sentences: [String] = []
        for node in compiled.graph.nodes.reversed() where [.effect, .pointOfNoReturn].contains(node.role) {
            guard ["replicaof", "failover", "decommission"].contains(node.kind), let record = state[node.id] else {
                continue
            }
            let context = StepContext.reading(node.id, undo: record.undo, memos: state.memos)
            let found = try? await provider.operation(for: node.id).inspect(context)
            switch (record.status, found) {
            case (.succeeded, .ready?):
                sentences.append("the servers are not as '\(node.id)' left them: somebody has changed them since")
            case (.undone, .done(let why)?):
                sentences.append("'\(node.id)' was undone, and somebody has done it again since: \(why)")
            default: break
            }
            // Behind a cutover, and in the middle of one, what came before it does not hold any more.
            if node.role == .pointOfNoReturn, ![.pending, .undone].contains(record.status) { break }
        }
        return sentences.reversed()
    }
}
