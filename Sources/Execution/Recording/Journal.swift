import PlanGraph

/// The record of the run: in memory as it is now, and in the store soon after.
///
/// A change is made in memory at once and handed to the writer. A waiter that must not go on before the change is in
/// the store is kept here, and given back as soon as the writer has said what became of the change.
struct Journal {
    /// Who waits until a change is in the store.
    enum Waiter {
        /// An operation that is about to change something on a server.
        case intent(CheckedContinuation<Void, any Error>)
        /// The undo of these nodes.
        case undo([StepGraph.Node])
    }

    private struct Waiting {
        let serial: Int
        /// The nodes that were changed, as they were before the change.
        let before: [(position: Int, node: RunState.Node)]
        let waiter: Waiter
    }

    private(set) var state: RunState
    /// The first write that failed.
    private(set) var failure: StoreFailure?
    private var waiting: [Waiting] = []
    /// The highest serial whose outcome is known, whether it was written or not.
    private var settled = 0
    /// What the nodes have reported so far, by position. It reaches the state with the next change, whatever that is: it
    /// is not worth a write of its own.
    private var curves: [Int: [Figure: Curve]]
    private let lease: any RunLease
    private let writer: CheckpointWriter
    private let now: @Sendable () -> Timestamp
    private let positions: [NodeID: Int]

    /// - Parameter report: called with each outcome of a write. The caller must pass the outcome on to `written` or
    ///   `notWritten`.
    init(
        _ state: RunState, lease: any RunLease, now: @escaping @Sendable () -> Timestamp,
        report: @escaping @Sendable (CheckpointWriter.Report) -> Void
    ) {
        self.state = state
        self.lease = lease
        self.writer = CheckpointWriter(lease, report: report)
        self.now = now
        self.positions = Dictionary(uniqueKeysWithValues: state.nodes.enumerated().map { ($1.id, $0) })
        self.curves = Dictionary(
            uniqueKeysWithValues: state.nodes.enumerated().compactMap { index, node in node.curves.map { (index, $0) } }
        )
    }

    subscript(id: NodeID) -> RunState.Node { state.nodes[position(id)] }

    /// Whether a change was handed to the writer that the writer has not reported on yet.
    var isBehind: Bool { settled < state.serial && !isLost }

    /// Whether somebody else may hold the run: then nothing is written any more.
    var isLost: Bool { failure?.code == .leaseLost }

    /// Makes the first change of a run, and waits until it is in the store. It does not go through the writer, which
    /// has nothing to do yet.
    mutating func recordFirst(_ change: (inout RunState) -> Void) async {
        apply { state, _ in change(&state) }
        do throws(StoreFailure) {
            try await lease.write(state)
        } catch {
            failure = error
        }
        settled = state.serial
    }

    /// Makes a change that records an outcome. Nobody waits until it is in the store.
    mutating func record(_ change: (inout RunState, Timestamp) -> Void) {
        apply(change)
        submit()
    }

    /// Makes a change that records an outcome of one node. Nobody waits until it is in the store.
    mutating func record(_ id: NodeID, _ change: (inout RunState, Int, Timestamp) -> Void) {
        let position = position(id)
        record { change(&$0, position, $1) }
    }

    /// Notes that attempts of these nodes begin. Nobody waits until that is in the store: an attempt that changes
    /// something on a server waits for its own `intend`, whose record is written later and holds this change as well.
    mutating func start(_ nodes: [StepGraph.Node]) {
        let starting = nodes.map { (position: position($0.id), role: $0.role) }
        record { state, now in
            for (position, role) in starting { state.start(position, role: role, at: now) }
        }
    }

    /// Notes figures that a node reports, for plots.
    mutating func plot(_ figures: [Figure: Double], of id: NodeID) {
        let (position, time) = (position(id), now())
        for (figure, value) in figures where Figure.plotted.contains(figure) {
            curves[position, default: [:]][figure, default: Curve(begin: time)].receive(value, at: time)
        }
    }

    /// Notes that these nodes are about to be taken back. If the store cannot be written, the note is removed again and
    /// the undo does not begin.
    mutating func startUndo(_ nodes: [StepGraph.Node]) {
        let positions = nodes.map { position($0.id) }
        prepare(positions, .undo(nodes)) { state in
            for position in positions { state.startUndo(position) }
        }
    }

    /// Notes what is about to be done. If the store cannot be written, the note is removed again and the operation does
    /// not go on.
    mutating func intend(_ id: NodeID, undo: StateValue?, _ reply: CheckedContinuation<Void, any Error>) {
        let position = position(id)
        prepare([position], .intent(reply)) { $0.intend(position, undo: undo) }
    }

    /// - Returns: the waiters that may go on.
    mutating func written(_ serial: Int) -> [Waiter] {
        settled = max(settled, serial)
        return take(upTo: serial).map(\.waiter)
    }

    /// A write has failed. Outcomes stay in memory. Intents are removed, because what they announce must not begin.
    /// - Returns: the waiters that must not go on; `failure` says why.
    mutating func notWritten(_ serial: Int, _ cause: StoreFailure) -> [Waiter] {
        if cause.code == .leaseLost, !isLost { failure = cause }
        failure = failure ?? cause
        settled = max(settled, serial)
        return takeBack(upTo: cause.code == .leaseLost ? .max : serial)
    }

    /// The lease was lost: nothing is written from now on.
    /// - Returns: the waiters that must not go on.
    mutating func lost(_ cause: StoreFailure) -> [Waiter] { notWritten(state.serial, cause) }

    /// Says that nothing more is recorded.
    func finish() { writer.finish() }

    private mutating func prepare(
        _ positions: [Int], _ waiter: Waiter, _ change: (inout RunState) -> Void
    ) {
        let before = positions.map { ($0, state.nodes[$0]) }
        apply { state, _ in change(&state) }
        waiting.append(Waiting(serial: state.serial, before: before, waiter: waiter))
        submit()
    }

    private mutating func takeBack(upTo serial: Int) -> [Waiter] {
        take(upTo: serial).map { waiting in
            for (position, node) in waiting.before { state.nodes[position] = node }
            return waiting.waiter
        }
    }

    private mutating func take(upTo serial: Int) -> [Waiting] {
        let taken = waiting.filter { $0.serial <= serial }
        waiting.removeAll { $0.serial <= serial }
        return taken
    }

    /// Every change gets a new serial, so records of one run with equal serials are equal.
    private mutating func apply(_ change: (inout RunState, Timestamp) -> Void) {
        let time = now()
        change(&state, time)
        for (position, curves) in curves { state.nodes[position].curves = curves }
        state.serial += 1
        state.updatedAt = time
    }

    private func submit() {
        if !isLost { writer.submit(state) }
    }

    /// - Precondition: the state was made for the graph, or `checked` against it.
    private func position(_ id: NodeID) -> Int {
        guard let position = positions[id] else { preconditionFailure("the state has no node '\(id)'") }
        return position
    }
}
