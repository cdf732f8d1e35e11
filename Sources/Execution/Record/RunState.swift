package import PlanGraph

/// The record of one run: what the state file holds.
package struct RunState: Sendable, Equatable, Codable {
    /// Where the run as a whole stands.
    package enum Status: String, Sendable, Equatable, Codable, CaseIterable {
        case running, succeeded, failed
        /// Interrupted, or waiting for a person; can be resumed.
        case stopped
        case rollingBack = "rolling-back"
        case rolledBack = "rolled-back"
        case rollbackIncomplete = "rollback-incomplete"
        /// Ended by a person as it was; see `leftovers`.
        case abandoned
    }

    /// Whether the run has come to its end: nothing of it is left to do or to take back.
    package var isOver: Bool {
        switch status {
        case .succeeded, .rolledBack, .abandoned: true
        case .running, .failed, .stopped, .rollingBack, .rollbackIncomplete: false
        }
    }

    package struct Node: Sendable, Equatable, Codable, Identifiable {
        package enum Status: String, Sendable, Equatable, Codable, CaseIterable {
            case pending
            /// Begun, and without an outcome on record. If no planrun carries out the run, only the servers can tell
            /// whether the effect was done.
            case started
            case succeeded, failed, undone
            case undoFailed = "undo-failed"
        }

        package let id: NodeID
        package var status: Status = .pending
        /// Counted over all runs of this record.
        package var attempts: Int = 0
        package var startedAt: Timestamp?
        package var finishedAt: Timestamp?
        package var result: StepResult?
        /// Present as soon as `perform` may have been called; what `undo` needs.
        package var undo: StateValue?
        /// What the undo of the effect has done and measured, if it was taken back.
        package var undoResult: StepResult?
        /// How far a check has come that takes long, if it was cut off or is going on; what it needs to go on there.
        package var mark: StateValue?
        /// Why the last attempt failed, or what a paused step waits for.
        package var error: StepFailure?
        /// What the attempts have reported, for plots. What was reported after the last checkpoint is lost if planrun dies.
        package internal(set) var curves: [Figure: Curve]?

        package init(id: NodeID) { self.id = id }
    }

    /// Where a run came to a halt before its end, and why.
    package struct Halt: Sendable, Equatable, Codable {
        /// The node that failed first, or that waits for a person.
        package let at: NodeID
        package internal(set) var why: StepFailure
    }

    /// A text of the plan that the run followed, and when the run last changed under it.
    package struct FormerPlan: Sendable, Equatable, Codable {
        package let plan: String
        package let until: Timestamp
    }

    /// The newest format that this code reads, and the one it writes.
    package static let newestFormat = 1

    package let format: Int
    /// A UUID. A run that continues another one keeps it.
    package let lineage: String
    /// Counts the checkpoints.
    package internal(set) var serial: Int
    /// As the user typed it.
    package let planPath: String
    package let planName: String
    /// The text of the plan that the run follows: the text from the beginning of the run, or from the last change that
    /// was accepted. It holds no secrets, only references to them.
    package var plan: String
    /// The texts that the run followed before a change was accepted, the oldest first; `nil` if there was none.
    package internal(set) var formerPlans: [FormerPlan]?
    /// A step that a verb has added to those of the plan; `nil` if none has.
    package internal(set) var added: AddedStep?
    package internal(set) var status: Status
    /// Of the last time that it was carried out; what a rollback fails at is not told here.
    package internal(set) var halt: Halt?
    /// The processes that carried it out or took it back: the first one, and the last ones.
    package internal(set) var carriedOutBy: [RunHolder]?
    package let startedAt: Timestamp
    package internal(set) var updatedAt: Timestamp
    /// In the order of the graph.
    package internal(set) var nodes: [Node]
    /// What the run has left on servers that it does not come back to: the former source of a plan that names another one
    /// by now, and all servers of an abandoned run.
    package internal(set) var leftovers: [Leftover]?
    /// The runs before this one in the same place, the oldest first; `nil` if there was none that has changed anything.
    package let history: RunHistory?

    package init(
        planPath: String, planName: String, plan: String, graph: StepGraph, lineage: String, now: Timestamp,
        history: RunHistory? = nil
    ) {
        self.format = Self.newestFormat
        self.lineage = lineage
        self.serial = 0
        self.planPath = planPath
        self.planName = planName
        self.plan = plan
        self.status = .running
        self.startedAt = now
        self.updatedAt = now
        self.nodes = graph.nodes.map { Node(id: $0.id) }
        self.history = history
    }

    /// The memos of all results on record, by node. See `StepContext.memo(of:)`.
    package var memos: [NodeID: StateValue] {
        var memos: [NodeID: StateValue] = [:]
        for node in nodes { memos[node.id] = node.result?.memo }
        return memos
    }

    package subscript(id: NodeID) -> Node? { nodes.first { $0.id == id } }
}
