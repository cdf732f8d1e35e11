import PlanGraph

/// What happens when an attempt has ended: its end goes into the record, then out as an event, then to the machine.
extension RunDriver {
    mutating func ended(_ id: NodeID, _ end: Attempt.End) -> RunStateMachine.Action {
        if machine.isRenewing(id) { return renewed(id, end) }
        switch end {
        case .succeeded(let result, let unchanged): return succeeded(id, result, unchanged: unchanged)
        case .undone(let result): return undone(id, result)
        case .failed(let failure) where failure.isPause: return paused(id, failure)
        case .failed(let failure): return failed(id, failure)
        case .timedOut(let limit, let failure):
            return failed(id, .timeout(after: limit, last: pace.latest(id), failure))
        case .stopped: return stopping.isDraining ? abandoned(id) : failed(id, .stoppedByNobody)
        case .notRecorded: return abandoned(id)
        }
    }

    /// The end of a further pass of a node that has succeeded before.
    private mutating func renewed(_ id: NodeID, _ end: Attempt.End) -> RunStateMachine.Action {
        switch end {
        case .succeeded(let result, let unchanged):
            renewedMemos.note(result.memo, of: id)
            return succeeded(id, result, unchanged: unchanged)
        case .failed(let failure), .timedOut(_, let failure?):
            guard failure.isTransient, let pause = executor.policies[id]?.repetition else {
                // Whoever waits, for a person for example, need not wait any longer.
                stopping.drain()
                return failed(id, failure)
            }
            tell(id, .retrying(failure, after: pause))
            return machine.failed(id, isTransient: true, random: 0)
        case .timedOut, .stopped, .undone, .notRecorded:
            tell(id, .interrupted)
            return machine.abandoned(id)
        }
    }

    private mutating func succeeded(
        _ id: NodeID, _ result: StepResult, unchanged: String?
    ) -> RunStateMachine.Action {
        journal.record(id) { $0.succeed($1, result, at: $2) }
        switch result.verdict {
        case .passed: tell(id, .succeeded(result, took: took(id), unchanged: unchanged))
        case .warned: tell(id, .warned(result, took: took(id)))
        }
        return machine.succeeded(id)
    }

    private mutating func undone(_ id: NodeID, _ result: StepResult?) -> RunStateMachine.Action {
        journal.record(id) { $0.undo($1, result, at: $2) }
        let nothing = "there was nothing to take back"
        let event: RunEvent.StepEvent =
            switch result?.verdict {
            case .warned?: .warned(result ?? StepResult(nothing), took: took(id))
            case .passed?, nil:
                .succeeded(result ?? StepResult(nothing), took: took(id), unchanged: result == nil ? nothing : nil)
            }
        tell(id, event)
        return machine.succeeded(id)
    }

    private mutating func failed(_ id: NodeID, _ failure: StepFailure) -> RunStateMachine.Action {
        journal.record(id) { [direction] state, position, now in
            switch direction {
            case .forward: state.fail(position, failure, at: now)
            case .back: state.failUndo(position, failure, at: now)
            }
        }
        let action = machine.failed(id, isTransient: failure.isTransient, random: executor.environment.random())
        if case .retry(_, let delay) = action {
            tell(id, .retrying(failure, after: delay))
        } else {
            failures[id] = failure
            tell(id, .failed(failure, took: took(id)))
        }
        return action
    }

    private mutating func paused(_ id: NodeID, _ failure: StepFailure) -> RunStateMachine.Action {
        journal.record(id) { state, position, _ in state.pause(position, failure) }
        tell(id, .paused(failure))
        return machine.paused(id)
    }

    private mutating func abandoned(_ id: NodeID) -> RunStateMachine.Action {
        let role = graph[id]?.role ?? .effect
        journal.record(id) { state, position, _ in state.abandon(position, role: role) }
        tell(id, .interrupted)
        return machine.abandoned(id)
    }

    /// In the order of the graph that ran.
    var failuresInOrder: [NodeFailure] {
        graph.nodes.compactMap { node in failures[node.id].map { NodeFailure(node: node.id, failure: $0) } }
    }
}
