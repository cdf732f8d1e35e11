import PlanGraph

/// The record of the run in memory and on disk, kept the same.
struct Journal {
    private(set) var state: RunState
    /// The first write that failed.
    private(set) var failure: StateFileError?
    private let store: any StateStore
    private let now: @Sendable () -> Timestamp
    private let positions: [NodeID: Int]

    init(_ state: RunState, store: any StateStore, now: @escaping @Sendable () -> Timestamp) {
        self.state = state
        self.store = store
        self.now = now
        self.positions = Dictionary(uniqueKeysWithValues: state.nodes.enumerated().map { ($1.id, $0) })
    }

    subscript(id: NodeID) -> RunState.Node { state.nodes[position(id)] }

    /// Writes a change. If that fails the change is kept in memory, because it says what has happened.
    mutating func record(_ change: (inout RunState, Timestamp) -> Void) {
        try? write(change, keepsOnFailure: true)
    }

    /// Writes a change of one node. See `record`.
    mutating func record(_ id: NodeID, _ change: (inout RunState, Int, Timestamp) -> Void) {
        let position = position(id)
        record { change(&$0, position, $1) }
    }

    /// Writes that attempts of these nodes begin. If that fails it is as if nobody had meant to.
    mutating func start(_ nodes: [StepGraph.Node], _ direction: Attempt.Direction) throws(StateFileError) {
        let starting = nodes.map { (position: position($0.id), role: $0.role) }
        try write(
            { state, now in
                for (position, role) in starting {
                    switch direction {
                    case .forward: state.start(position, role: role, at: now)
                    case .back: state.startUndo(position)
                    }
                }
            }, keepsOnFailure: false)
    }

    /// Writes what is about to be done. If that fails it is as if nobody had meant to.
    mutating func intend(_ id: NodeID, undo: StateValue?) throws(StateFileError) {
        let position = position(id)
        try write({ state, _ in state.intend(position, undo: undo) }, keepsOnFailure: false)
    }

    /// - Precondition: the state was made for the graph, or `checked` against it.
    private func position(_ id: NodeID) -> Int {
        guard let position = positions[id] else { preconditionFailure("the state has no node '\(id)'") }
        return position
    }

    private mutating func write(
        _ change: (inout RunState, Timestamp) -> Void, keepsOnFailure: Bool
    ) throws(StateFileError) {
        var next = state
        let time = now()
        change(&next, time)
        next.serial += 1
        next.updatedAt = time
        do {
            try store.write(next)
            state = next
        } catch {
            if keepsOnFailure { state = next }
            failure = failure ?? error
            throw error
        }
    }
}
