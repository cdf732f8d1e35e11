import Execution
import Operations
import PlanGraph
import PlanModel

/// How far a run can be taken back: completely before the cutover, and as the plan allows after it.
struct WayBack: Sendable {
    let compiled: CompiledPlan
    let servers: Servers
    let commands: CommandLines

    private var graph: StepGraph { compiled.graph }

    /// Whether the target has taken over, through this run or through the Sentinels on their own.
    func isPastCutover(_ state: RunState) async -> Bool { await passedCutover(state) != nil }

    /// The record of the step that cut over; `nil` as long as neither a step nor the Sentinels have made the target
    /// primary.
    func passedCutover(_ state: RunState) async -> RunState.Node? {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        let passages = await state.passages(in: graph, asking: provider)
        return state.nodes.first { passages[$0.id] == .behind }
    }

    /// The record of the step that takes the old servers out of service, once it has begun to: there is no way back then.
    func decommission(_ state: RunState) async -> RunState.Node? {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        let passages = await state.passages(in: graph, asking: provider)
        let ends = graph.nodes.filter { $0.kind == DecommissionStep.name.rawValue && passages[$0.id] == .behind }
        return ends.first.flatMap { state[$0.id] }
    }

    /// The record of the step whose undo gives writes up: it has cut over, or may have, and the target does not answer.
    func cutoverToGiveUp(_ state: RunState) async -> RunState.Node? {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        let passages = await state.passages(in: graph, asking: provider)
        if let passed = state.nodes.first(where: { passages[$0.id] == .behind }) { return passed }
        guard let doubtful = state.nodes.first(where: { passages[$0.id] == .perhaps }), await servers.isTargetSilent()
        else { return nil }
        return doubtful
    }

    /// What to type next, judged by the record and by the servers.
    func nextSteps(_ state: RunState) async -> NextSteps {
        let passed = await passedCutover(state)
        let isPast = passed != nil
        // A check before it that has not passed, since a changed plan has added it for example, is not asked any more.
        let over = graph.needs(ofAny: [passed?.id].compactMap(\.self)).filter { graph[$0]?.role == .check }
        let step = compiled.plan.steps.map(\.id).first { id in
            graph.nodes.contains { $0.step == id && state[$0.id]?.status != .succeeded && !over.contains($0.id) }
        }
        return NextSteps(
            state: state, commands: commands, step: step,
            isPlanChanged: state.recordedPlan.map { !compiled.plan.changes(since: $0).isEmpty } ?? false,
            replacement: isPast ? nil : await SourceReplacement.find(servers)?.address,
            isUntouched: !isPast && state.nodesToUndo(in: graph).isEmpty, back: await next(state))
    }

    /// The command that goes back; empty where there is no way back.
    func next(_ state: RunState) async -> [NextCommand] {
        if await decommission(state) != nil { return [] }
        if let cutover = await cutoverToGiveUp(state) {
            // The run did not make it, and cannot take it back.
            guard let undo = cutover.undo else { return [] }
            switch ReturnOffer.rule(compiled.plan, undo: undo) {
            case .stop: return []
            case .keep: return [commands.next("rollback", "go back; no write will be lost")]
            case .discardWrites:
                return [
                    commands.next("rollback", "go back; asks first whether writes that only the target has may be lost")
                ]
            }
        }
        return state.nodesToUndo(in: graph).isEmpty ? [] : [rollback(state)]
    }

    func rollback(_ state: RunState) -> NextCommand {
        let steps = state.nodesToUndo(in: graph).map { "'\($0)'" }.joined(separator: ", ")
        return commands.next("rollback", steps.isEmpty ? "end the run" : "take back \(steps) and end the run")
    }
}
