import Execution
import Operations
import PlanGraph
import PlanModel

/// How far a run can be taken back: completely before the cutover, and as the plan allows after it.
struct WayBack: Sendable {
    let compiled: CompiledPlan
    let servers: Servers
    let commands: CommandLines

    /// Where a run stands to its cutover, by the record and by the servers.
    enum Standing: Sendable {
        case before
        /// It may have cut over, and the target, which could tell, does not answer. Going back gives writes up.
        case perhaps(RunState.Node)
        /// The target has taken over, through the run or through the Sentinels on their own.
        case past(RunState.Node)
        /// And the old servers are being taken out of service, or are: there is no way back.
        case closed(RunState.Node)

        /// The record of the step that has cut over, or may have.
        var cutover: RunState.Node? {
            switch self {
            case .before: nil
            case .perhaps(let node), .past(let node), .closed(let node): node
            }
        }

        /// Whether the old servers can be taken out of service.
        var isClosable: Bool { if case .past = self { true } else { false } }

        var isPast: Bool {
            switch self {
            case .before, .perhaps: false
            case .past, .closed: true
            }
        }
    }

    private var graph: StepGraph { compiled.graph }

    func standing(_ state: RunState) async -> Standing {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        let passages = await state.passages(in: graph, asking: provider)
        if let passed = state.nodes.first(where: { passages[$0.id] == .behind }) {
            return decommission(state, passages) == nil ? .past(passed) : .closed(passed)
        }
        guard let doubtful = state.nodes.first(where: { passages[$0.id] == .perhaps }), await servers.isTargetSilent()
        else { return .before }
        return .perhaps(doubtful)
    }

    /// The record of the step that takes the old servers out of service, once it has begun to: there is no way back then.
    func decommission(_ state: RunState) async -> RunState.Node? {
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        return decommission(state, await state.passages(in: graph, asking: provider))
    }

    private func decommission(_ state: RunState, _ passages: [NodeID: Passage]) -> RunState.Node? {
        let ends = graph.nodes.filter { $0.kind == DecommissionStep.name.rawValue && passages[$0.id] == .behind }
        return ends.first.flatMap { state[$0.id] }
    }

    /// What to type next, judged by the record and by the servers.
    func nextSteps(_ state: RunState) async -> NextSteps {
        let standing = await standing(state)
        // A check before it that has not passed, since a changed plan has added it for example, is not asked any more.
        let passed = standing.isPast ? standing.cutover : nil
        let over = graph.needs(ofAny: [passed?.id].compactMap(\.self)).filter { graph[$0]?.role == .check }
        let step = compiled.plan.steps.map(\.id).first { id in
            graph.nodes.contains { $0.step == id && state[$0.id]?.status != .succeeded && !over.contains($0.id) }
        }
        return NextSteps(
            state: state, commands: commands, step: step,
            isPlanChanged: state.recordedPlan.map { !compiled.plan.changes(since: $0).isEmpty } ?? false,
            replacement: standing.isPast ? nil : await SourceReplacement.find(servers)?.address,
            isUntouched: !standing.isPast && state.nodesToUndo(in: graph).isEmpty, standing: standing,
            back: back(state, standing))
    }

    /// The command that goes back; empty where there is no way back.
    private func back(_ state: RunState, _ standing: Standing) -> [NextCommand] {
        if case .closed = standing { return [] }
        guard let cutover = standing.cutover else {
            return state.nodesToUndo(in: graph).isEmpty ? [] : [rollback(state)]
        }
        // Without undo data the run did not make the cutover, and cannot take it back.
        guard let undo = cutover.undo else { return [] }
        return switch ReturnOffer.rule(compiled.plan, undo: undo) {
        case .stop: []
        case .keep: [commands.next("rollback", "go back; no write will be lost")]
        case .discardWrites:
            [commands.next("rollback", "go back; asks first whether writes that only the target has may be lost")]
        }
    }

    func rollback(_ state: RunState) -> NextCommand {
        let steps = state.nodesToUndo(in: graph)
        guard let first = steps.first else { return commands.next("rollback", "end the run") }
        let back = steps.count > 4 ? "\(steps.count) steps, '\(first)' first," : steps.quoted
        return commands.next("rollback", "take back \(back) and end the run")
    }
}
