import Execution
import Operations
import PlanGraph
import PlanModel

/// Finds the occasions for which receivers are told in the events of a run.
///
/// What a step does again in each of its attempts is told once: a failover that is tried three times begins once.
struct Occasions {
    private let kinds: [String: StepKind.Name]
    private var told: Set<Moment> = []

    private struct Moment: Hashable {
        let node: NodeID
        let occasion: Occasion
    }

    init(_ plan: Plan) {
        kinds = Dictionary(plan.steps.map { ($0.id, $0.kind.name) }) { first, _ in first }
    }

    mutating func receive(_ event: RunEvent) -> [Occasion] {
        switch event.kind {
        case .runStarted: [.started]
        case .rollbackStarted: [.rollbackStarted]
        case .runFinished, .rollbackFinished: [.finished]
        case .runDraining, .runCancelling: []
        case .step(let node, _, let event): ofStep(node, event)
        case .undo(let node, _, let event): ofUndo(node, event)
        }
    }

    private mutating func ofStep(_ node: NodeID, _ event: RunEvent.StepEvent) -> [Occasion] {
        switch event {
        case .started: kinds[node.step] == .failover ? once(node, .cutoverStarted) : []
        case .progress(let progress): ofProgress(node, progress)
        case .finding: [.finding]
        case .succeeded, .warned: kinds[node.step] == .failover ? once(node, .cutoverDone) : []
        case .failed(let failure, _): differences(node, failure) + (failure.isConsequence ? [] : [.failed])
        case .retrying(let failure, _): differences(node, failure) + [.retrying]
        case .paused: once(node, .waitingForApproval)
        case .interrupted, .kept: []
        }
    }

    private mutating func ofProgress(_ node: NodeID, _ progress: Progress) -> [Occasion] {
        if let differences = progress.figures[.differences], differences > 0 { return once(node, .differenceFound) }
        // An approval reports nothing before it has asked somebody.
        return kinds[node.step] == .approval ? once(node, .waitingForApproval) : []
    }

    private mutating func ofUndo(_ node: NodeID, _ event: RunEvent.StepEvent) -> [Occasion] {
        switch event {
        case .finding: [.finding]
        case .failed: [.failed]
        case .retrying: [.retrying]
        case .paused: once(node, .waitingForApproval)
        case .started, .progress, .succeeded, .warned, .interrupted, .kept: []
        }
    }

    private mutating func differences(_ node: NodeID, _ failure: StepFailure) -> [Occasion] {
        failure.code == .operation(.dataDiffers) ? once(node, .differenceFound) : []
    }

    private mutating func once(_ node: NodeID, _ occasion: Occasion) -> [Occasion] {
        told.insert(Moment(node: node, occasion: occasion)).inserted ? [occasion] : []
    }
}
