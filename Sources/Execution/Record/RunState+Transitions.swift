import PlanGraph

/// What each event of a run does to its record.
extension RunState {
    /// The plan was changed, and somebody accepted that. So many of the former texts are kept.
    mutating func follow(_ text: String) {
        guard text != plan else { return }
        formerPlans = ((formerPlans ?? []) + [FormerPlan(plan: plan, until: updatedAt)]).suffix(20)
        plan = text
    }

    /// A process begins to carry the run out, or to take it back.
    mutating func begin(_ direction: Attempt.Direction, by holder: RunHolder?) {
        switch direction {
        case .forward: (status, halt) = (.running, nil)
        case .back: status = .rollingBack
        }
        note(holder)
    }

    /// One that goes on with what it has done, takes a run back that has failed for example, is noted once.
    mutating func note(_ holder: RunHolder?) {
        guard let holder, carriedOutBy?.last != holder else { return }
        let others = carriedOutBy ?? []
        carriedOutBy = others.prefix(1) + others.dropFirst().suffix(18) + [holder]
    }

    /// The run, or its rollback, is over or stands still.
    mutating func end(_ outcome: RunStateMachine.Outcome, _ direction: Attempt.Direction) {
        status = outcome.status(direction)
        guard direction == .forward else { return }
        switch outcome {
        case .failed(let id), .paused(let id):
            halt = self[id]?.error.map { Halt(at: id, why: $0) }
        case .succeeded, .interrupted: halt = nil
        }
    }

    /// An attempt begins. An effect is only `started` once its intent is recorded: until then nothing was done.
    mutating func start(_ position: Int, role: StepGraph.Role, at now: Timestamp) {
        nodes[position].attempts += 1
        nodes[position].startedAt = now
        nodes[position].finishedAt = nil
        guard !role.isEffect else { return }
        nodes[position].status = .started
        nodes[position].error = nil
    }

    /// An effect is about to be performed, or has new undo data and is about to go on.
    mutating func intend(_ position: Int, undo: StateValue?) {
        nodes[position].status = .started
        nodes[position].error = nil
        // `undo` is never `nil` from here on, which says that `perform` may have been called.
        nodes[position].undo = undo ?? nodes[position].undo ?? .object([:])
    }

    mutating func succeed(_ position: Int, _ result: StepResult, at now: Timestamp) {
        nodes[position].status = .succeeded
        nodes[position].result = result
        nodes[position].mark = nil
        nodes[position].error = nil
        nodes[position].finishedAt = now
    }

    /// - Parameter mark: `nil` if there is nothing to go on with.
    mutating func note(_ position: Int, mark: StateValue?) { nodes[position].mark = mark }

    mutating func fail(_ position: Int, _ failure: StepFailure, at now: Timestamp) {
        nodes[position].status = .failed
        nodes[position].error = failure
        nodes[position].finishedAt = now
    }

    /// Waits for a person. What an earlier attempt has begun may still be in place, and has to be taken back then.
    mutating func pause(_ position: Int, _ failure: StepFailure) {
        nodes[position].status = nodes[position].undo == nil ? .pending : .started
        nodes[position].error = failure
    }

    /// The attempt was stopped before it had an outcome. A node that only reads has changed nothing and is pending
    /// again. An effect stays `started`, because nobody knows how much of it was done.
    mutating func abandon(_ position: Int, role: StepGraph.Role) {
        guard !role.isEffect, nodes[position].status == .started else { return }
        nodes[position].status = .pending
    }

    /// The undo begins. Until it has an outcome, nobody knows how much of the effect is left.
    mutating func startUndo(_ position: Int) {
        nodes[position].status = .started
        nodes[position].finishedAt = nil
        nodes[position].error = nil
        nodes[position].undoResult = nil
    }

    /// - Parameter result: `nil` if there was nothing to take back.
    mutating func undo(_ position: Int, _ result: StepResult?, at now: Timestamp) {
        nodes[position].status = .undone
        nodes[position].undoResult = result
        // The undo data described the world before an effect that has been taken back.
        nodes[position].undo = nil
        nodes[position].finishedAt = now
    }

    mutating func failUndo(_ position: Int, _ failure: StepFailure, at now: Timestamp) {
        nodes[position].status = .undoFailed
        nodes[position].error = failure
        nodes[position].finishedAt = now
    }
}
