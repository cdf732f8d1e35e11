import Escaping
package import PlanGraph

/// What the executor gives an operation besides its servers: time, what earlier steps have left, and a way to say what
/// it waits for.
package struct StepContext: Sendable {
    /// The node that is carried out.
    package let node: NodeID
    /// The undo data in the state file. `inspect` gets what an earlier attempt or run recorded last, and `nil` on the
    /// first attempt. `perform` and `verify` get what this attempt recorded.
    package let undo: StateValue?
    /// The number of this attempt, from 1.
    package let attempt: Int
    /// Monotonic time. Operations that wait use this clock, so that tests can replace it and need not wait.
    package let clock: any Clock<Duration>
    /// Whether the operation is only asked what it would do: then `inspect` answers at once and waits for nothing.
    package let isLook: Bool
    /// How far an earlier attempt of a check came that was cut off, as it had noted; `nil` if there is nothing to go on
    /// with.
    package let mark: StateValue?
    private let memos: [NodeID: StateValue]
    private let renewed: @Sendable (NodeID) -> StateValue?
    private let saveUndo: @Sendable (StateValue) async throws -> Void
    private let noteMark: @Sendable (StateValue?) -> Void
    private let reportProgress: @Sendable (Progress) -> Void
    private let tellFinding: @Sendable (String) -> Void
    private let draining: @Sendable () -> Bool
    private let leaseLost: @Sendable () -> Bool

    package init(
        node: NodeID, undo: StateValue?, attempt: Int, clock: any Clock<Duration>,
        memos: [NodeID: StateValue] = [:], mark: StateValue? = nil, isLook: Bool = false,
        renewed: @escaping @Sendable (NodeID) -> StateValue? = { _ in nil },
        save: @escaping @Sendable (StateValue) async throws -> Void,
        note: @escaping @Sendable (StateValue?) -> Void = { _ in },
        report: @escaping @Sendable (Progress) -> Void,
        tell: @escaping @Sendable (String) -> Void = { _ in },
        isDraining: @escaping @Sendable () -> Bool,
        isLeaseLost: @escaping @Sendable () -> Bool = { false }
    ) {
        self.node = node
        self.undo = undo
        self.attempt = attempt
        self.clock = clock
        self.memos = memos
        self.isLook = isLook
        self.mark = mark
        self.renewed = renewed
        self.saveUndo = save
        self.noteMark = note
        self.reportProgress = report
        self.tellFinding = tell
        self.draining = isDraining
        self.leaseLost = isLeaseLost
    }

    /// The context for an operation that is asked outside a run: nothing is recorded.
    /// - Parameters:
    ///   - undo: what the record holds of the node.
    ///   - memos: what it holds of all nodes.
    package static func reading(
        _ node: NodeID, undo: StateValue? = nil, memos: [NodeID: StateValue] = [:],
        clock: any Clock<Duration> = ContinuousClock()
    ) -> StepContext {
        StepContext(
            node: node, undo: undo, attempt: 1, clock: clock, memos: memos, isLook: true, save: { _ in },
            report: { _ in },
            isDraining: { false })
    }

    /// Replaces the undo data in the record; returns once it would survive a loss of power. Call it before the effect
    /// that it undoes. If it throws, that effect must not happen.
    package func save(_ undo: StateValue) async throws { try await saveUndo(undo) }

    /// Notes how far a check has come that takes long, so that another attempt can go on there; `nil` if there is nothing
    /// to go on with any more. It is in the record soon after. A check that has succeeded has no mark.
    package func note(mark: StateValue?) { noteMark(mark) }

    /// The memo in the last result of a node, as it was when this attempt began; `nil` if that node has not succeeded
    /// yet. The node may be another one, or this one after an earlier attempt.
    package func memo(of node: NodeID) -> StateValue? { memos[node] }

    /// The same, of a node that may have been made anew since this attempt began.
    package func latestMemo(of node: NodeID) -> StateValue? { renewed(node) ?? memos[node] }

    /// Says what the operation is doing or waiting for. Cheap; views show the latest.
    package func report(_ progress: Progress) { reportProgress(progress) }

    /// Says what the operation has seen while it goes on: a sentence, which every view shows.
    package func tell(finding: String) { tellFinding(VisibleText.escape(finding)) }

    /// Whether the run is being stopped, as after one Ctrl-C: waits end with `CancellationError`, critical sections
    /// finish.
    package var isDraining: Bool { draining() }

    /// Whether somebody else may carry out this run by now. The operation was cancelled. It must begin nothing new. It
    /// may only finish what is half done, and only if leaving it half done would be worse for the servers than either
    /// end. `isDraining` is true as well.
    package var isLeaseLost: Bool { leaseLost() }
}

/// What a step is doing at this moment: what it waits for, the value now, the value wanted.
package struct Progress: Sendable, Equatable {
    /// `full sync`, `write pause`, `the Sentinels to name the target`.
    package var activity: String
    /// The value now, for a person: `412 MiB of 1.2 GiB, 38 MiB/s`.
    package var now: String
    /// The value wanted: `lag of 64 KiB at most for 5 s`.
    package var wanted: String
    /// How much is done, from 0 to 1; `nil` if that is not known.
    package var fraction: Double?
    /// The time left; `nil` if that cannot be told.
    package var remaining: Duration?
    /// What can be plotted, by name with its unit: `lagBytes`, `bytesPerSecond`. See `Figure`.
    package var figures: [Figure: Double]
    /// Until the attempt has taken as long as it may; `nil` where it may take as long as it takes. Set by the executor.
    package var untilTimeout: Duration?

    /// Every text may repeat what a server said; it is escaped here.
    package init(
        _ activity: String, now: String = "", wanted: String = "", fraction: Double? = nil, remaining: Duration? = nil,
        figures: [Figure: Double] = [:]
    ) {
        self.activity = VisibleText.escape(activity)
        self.now = VisibleText.escape(now)
        self.wanted = VisibleText.escape(wanted)
        self.fraction = fraction
        self.remaining = remaining
        self.figures = figures
    }
}
