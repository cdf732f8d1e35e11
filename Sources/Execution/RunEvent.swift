package import PlanGraph

/// One thing that happened in a run, for views and for JSON lines.
package struct RunEvent: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case runStarted(RunInfo)
        /// An interrupt arrived: nothing more is started.
        case runDraining
        /// A second interrupt arrived: everything that is running is stopped.
        case runCancelling
        case runFinished(RunOutcome.Ending)
        case step(NodeID, attempt: Int, StepEvent)
        case rollbackStarted(RunInfo)
        case rollbackFinished(RollbackOutcome.Ending)
        case undo(NodeID, attempt: Int, StepEvent)
    }

    /// What happened to one node, in a run or in a rollback.
    package enum StepEvent: Sendable, Equatable {
        case started
        case progress(Progress)
        /// What a step that goes on has seen, as a sentence.
        case finding(String)
        /// - Parameter unchanged: why there was nothing to do, if `inspect` found the work done already; otherwise
        ///   `nil`.
        case succeeded(StepResult, took: Duration, unchanged: String?)
        /// Succeeded with a warning.
        case warned(StepResult, took: Duration)
        /// The last attempt failed; no other follows.
        case failed(StepFailure, took: Duration)
        /// An attempt failed; another follows.
        case retrying(StepFailure, after: Duration)
        /// Waits for a person.
        case paused(StepFailure)
        /// Stopped by an interrupt before it had an outcome.
        case interrupted
        /// Had succeeded in an earlier run and is not run again.
        case kept(StepResult?)
    }

    /// The run or rollback that begins.
    package struct RunInfo: Sendable, Equatable {
        package var planName: String
        /// Nodes of the graph that runs.
        package var nodes: Int
        /// Whether an earlier run left a record.
        package var isResumed: Bool

        package init(planName: String, nodes: Int, isResumed: Bool) {
            self.planName = planName
            self.nodes = nodes
            self.isResumed = isResumed
        }
    }

    package var at: Timestamp
    /// The lineage of the run.
    package var run: String
    package var kind: Kind

    package init(at: Timestamp, run: String, _ kind: Kind) {
        self.at = at
        self.run = run
        self.kind = kind
    }
}

extension RunEvent {
    /// Whether this event is out of date as soon as the next of its kind comes.
    package var isProgress: Bool {
        switch kind {
        case .step(_, _, .progress), .undo(_, _, .progress): true
        case .runStarted, .runDraining, .runCancelling, .runFinished, .step, .rollbackStarted, .rollbackFinished, .undo:
            false
        }
    }
}
