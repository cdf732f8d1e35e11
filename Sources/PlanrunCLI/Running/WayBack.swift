import Execution
import Operations
import PlanGraph
import PlanModel

/// What there is of a way back for a run: before the cutover everything can be taken back, after it what the plan leaves.
struct WayBack: Sendable {
    let plan: Plan
    let graph: StepGraph
    let servers: Servers
    let commands: CommandLines

    /// Whether the target has taken over, by our hand or by that of the Sentinels.
    func isPastCutover(_ state: RunState) async -> Bool {
        if state.isPastPointOfNoReturn(in: graph) { return true }
        return await passedCutover(state) != nil
    }

    /// What the step that cut over has recorded; `nil` as long as none has, and no Sentinel has done it by itself.
    func passedCutover(_ state: RunState) async -> StateValue? {
        for node in graph.nodes where node.role == .pointOfNoReturn {
            guard let record = state[node.id], record.status != .pending, record.status != .undone else { continue }
            if state.isPastPointOfNoReturn(in: graph) || record.result != nil { return record.undo }
            if await servers.sentinelNamingTarget() != nil { return record.undo }
        }
        return nil
    }

    /// What to type for it; nothing where there is none.
    func next(_ state: RunState) async -> [NextCommand] {
        if await isPastCutover(state) {
            switch plan.rollback.afterCutover {
            case .stop, .copyBack: return []
            case .discardWrites:
                return [commands.next("rollback", "go back; asks before it gives up writes that only the target has")]
            }
        }
        return state.nodesToUndo(in: graph).isEmpty ? [] : [rollback(state)]
    }

    func rollback(_ state: RunState) -> NextCommand {
        let steps = state.nodesToUndo(in: graph).map { "'\($0)'" }.joined(separator: ", ")
        return commands.next("rollback", steps.isEmpty ? "end the run" : "take back \(steps) and end the run")
    }
}
