package import PlanGraph

/// How a run ended.
package struct RunOutcome: Sendable, Equatable {
    package enum Ending: Sendable, Equatable {
        case succeeded
        /// The node whose failure stopped the run.
        case failed(NodeID)
        case interrupted
        /// The node that waits for a person; nothing else was left to run.
        case paused(NodeID)
        /// A checkpoint could not be written. Everything that was running could finish, and nothing more was started.
        case stateWriteFailed(StoreFailure)
        /// Somebody else may hold the run. Everything that was running was stopped, and nothing more was recorded.
        case leaseLost(StoreFailure)
    }

    package var ending: Ending
    /// As it is in the store, except after `stateWriteFailed` and `leaseLost`.
    package var state: RunState
    /// Every failure of this run in the order of the graph; the ending names the first in time.
    package var failures: [NodeFailure]
}

/// How a rollback ended.
package struct RollbackOutcome: Sendable, Equatable {
    package enum Ending: Sendable, Equatable {
        /// Everything that was done is taken back, or there was nothing to take back.
        case complete
        /// The node whose undo failed first; a person is needed.
        case incomplete(NodeID)
        case interrupted
        case stateWriteFailed(StoreFailure)
        /// Somebody else may hold the run. Everything that was running was stopped, and nothing more was recorded.
        case leaseLost(StoreFailure)
    }

    package var ending: Ending
    package var state: RunState
    package var failures: [NodeFailure]
    /// The nodes whose effect should have been taken back and is still in place, in the order of the rollback.
    package var remaining: [NodeID]
}

/// A node that failed, and why.
package struct NodeFailure: Sendable, Equatable {
    package let node: NodeID
    package let failure: StepFailure

    package init(node: NodeID, failure: StepFailure) {
        self.node = node
        self.failure = failure
    }
}
