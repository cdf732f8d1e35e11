import PlanGraph

/// The task that owns a run: it alone holds the machine and the record, and does what the machine says.
struct RunDriver {
    let executor: Executor
    let direction: Attempt.Direction
    /// The graph that runs: the plan's, or the way back.
    let graph: StepGraph
    let mailbox: Mailbox
    let stopping = StopFlag()
    let renewedMemos = RenewedMemos()
    var machine: RunStateMachine
    var journal: Journal
    var pace: ProgressPace
    private var findings = FindingCount()
    var outcome: RunStateMachine.Outcome?
    var failures: [NodeID: StepFailure] = [:]
    private let elapsed: () -> Duration
    private var startedAt: [NodeID: Duration] = [:]
    /// Further passes of nodes that have succeeded.
    private var renewals: [NodeID: Task<Void, Never>] = [:]

    init(_ executor: Executor, _ state: RunState, direction: Attempt.Direction, graph: StepGraph, mailbox: Mailbox) {
        self.executor = executor
        self.direction = direction
        self.graph = graph
        self.mailbox = mailbox
        self.machine = RunStateMachine(
            graph: graph, policies: executor.policies, onFailure: direction == .forward ? .stop : .goOn)
        self.journal = Journal(state, lease: executor.lease, now: executor.environment.now) {
            mailbox.send(.checkpoint($0))
        }
        self.pace = ProgressPace(interval: executor.environment.progressInterval)
        self.elapsed = stopwatch(executor.environment.clock)
    }

    /// Runs until the run is over and all of it is in the store. No attempt begins before the first write has shown
    /// that the state can be written.
    mutating func drive(
        kept: Set<NodeID>, _ messages: AsyncStream<Mailbox.Message>, _ group: inout DiscardingTaskGroup
    ) async {
        defer { journal.finish() }
        await journal.recordFirst { [direction, executor] in $0.begin(direction, by: executor.holder) }
        guard journal.failure == nil else { return }
        begin(kept: kept, &group)
        var messages = messages.makeAsyncIterator()
        while outcome == nil, let message = await messages.next() { receive(message, &group) }
        journal.record { [direction, outcome] state, _ in if let outcome { state.end(outcome, direction) } }
        // No attempt is running any more. Only the outcomes of writes still matter.
        while journal.isBehind, let message = await messages.next() {
            switch message {
            case .checkpoint(let report): receive(report, &group)
            case .leaseLost(let failure): _ = journal.lost(failure)
            case .intend, .progress, .finding, .mark, .ended, .retryDue, .renewalDue, .progressDue, .interrupt: break
            }
        }
    }

    private mutating func begin(kept: Set<NodeID>, _ group: inout DiscardingTaskGroup) {
        for node in graph.nodes where kept.contains(node.id) { tell(node.id, .kept(journal[node.id].result)) }
        carryOut(machine.begin(kept: kept), &group)
    }

    private mutating func receive(_ message: Mailbox.Message, _ group: inout DiscardingTaskGroup) {
        switch message {
        case .intend(let id, let undo, let reply): intend(id, undo: undo, reply)
        case .progress(let id, let progress): receive(progress, of: id, &group)
        case .finding(let id, let text):
            if let told = findings.receive(text, of: id) { tell(id, .finding(told)) }
        case .mark(let id, let mark): journal.record(id) { state, position, _ in state.note(position, mark: mark) }
        case .progressDue(let id):
            if let progress = pace.due(id, at: elapsed()) { tell(id, progress) }
        case .ended(let id, let end):
            if let left = findings.end(id) { tell(id, .finding(left)) }
            if let progress = pace.rest(of: id) { tell(id, progress) }
            let action = ended(id, end)
            startedAt[id] = nil
            renewals[id] = nil
            pace.end(id)
            carryOut(action, &group)
            if let pause = renewalPause(id, end) { wake(after: pause, with: .renewalDue(id), &group) }
        case .retryDue(let id): carryOut(machine.retryDue(id), &group)
        case .renewalDue(let id): carryOut(machine.renewalDue(id), &group)
        case .interrupt(.drain):
            stopping.drain()
            executor.tell(.runDraining, of: journal.state)
            carryOut(machine.interrupted(), &group)
        case .interrupt(.cancel):
            stopping.drain()
            executor.tell(.runCancelling, of: journal.state)
            carryOut(machine.cancelled(), &group)
        case .checkpoint(let report): receive(report, &group)
        case .leaseLost(let failure): leaseLost(failure, &group)
        }
    }

    mutating func carryOut(_ action: RunStateMachine.Action, _ group: inout DiscardingTaskGroup) {
        switch action {
        case .wait: break
        case .start(let ids): start(ids, &group)
        case .retry(let id, let delay): wake(after: delay, with: .retryDue(id), &group)
        case .renew(let id): renew(id, &group)
        case .cancel: group.cancelAll()
        case .finish(let outcome): self.outcome = outcome
        }
        if machine.endsRenewals || outcome != nil { for task in renewals.values { task.cancel() } }
    }

    /// In a run, nodes start at once, and each effect waits until its own intent is in the store. In a rollback, an
    /// undo starts only after the store has its intent.
    private mutating func start(_ ids: [NodeID], _ group: inout DiscardingTaskGroup) {
        let nodes = ids.compactMap { graph[$0] }
        switch direction {
        case .forward:
            journal.start(nodes)
            attempt(nodes, &group)
        case .back: journal.startUndo(nodes)
        }
    }

    /// - Precondition: in a rollback, the store already holds that the undo of these nodes begins.
    mutating func attempt(_ nodes: [StepGraph.Node], _ group: inout DiscardingTaskGroup) {
        let memos = journal.state.memos
        for node in nodes {
            let attempt = newAttempt(node, memos)
            group.addTask { await attempt.run() }
        }
    }

    private mutating func newAttempt(_ node: StepGraph.Node, _ memos: [NodeID: StateValue]) -> Attempt {
        let id = node.id
        startedAt[id] = elapsed()
        tell(id, .started)
        return Attempt(
            node: node, direction: direction, number: attempts(of: id), undo: journal[id].undo, mark: journal[id].mark,
            renewed: renewedMemos,
            memos: memos, timeout: executor.policies[id]?.timeout, operation: executor.provider.operation(for: id),
            clock: executor.environment.clock, mailbox: mailbox, stopping: stopping)
    }

    /// Begins a further pass of a node. The record keeps the result of the last one until the pass has ended well. The
    /// pass is a task of its own, because it alone is stopped when a point of no return begins.
    private mutating func renew(_ id: NodeID, _ group: inout DiscardingTaskGroup) {
        guard let node = graph[id] else { return }
        let attempt = newAttempt(node, journal.state.memos)
        let task = Task { await attempt.run() }
        renewals[id] = task
        group.addTask {
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    /// How long after its end a node is made anew; `nil` if it is not.
    private func renewalPause(_ id: NodeID, _ end: Attempt.End) -> Duration? {
        guard direction == .forward, outcome == nil, !machine.endsRenewals else { return nil }
        switch end {
        case .succeeded: return executor.policies[id]?.repetition
        // A further pass that failed for a reason that can pass has changed nothing.
        case .failed, .timedOut: return journal[id].status == .succeeded ? executor.policies[id]?.repetition : nil
        case .undone, .stopped, .notRecorded: return nil
        }
    }

    private mutating func receive(_ progress: Progress, of id: NodeID, _ group: inout DiscardingTaskGroup) {
        guard startedAt[id] != nil else { return }
        journal.plot(progress.figures, of: id)
        switch pace.receive(progress, of: id, at: elapsed()) {
        case .show: tell(id, progress)
        case .hold(let time): wake(after: time, with: .progressDue(id), &group)
        case .held: break
        }
    }

    private func tell(_ id: NodeID, _ progress: Progress) {
        var progress = progress
        progress.untilTimeout = executor.policies[id]?.timeout.map { max(.zero, $0 - took(id)) }
        tell(id, .progress(progress))
    }

    private func wake(after time: Duration, with message: Mailbox.Message, _ group: inout DiscardingTaskGroup) {
        group.addTask { [mailbox, clock = executor.environment.clock] in
            try? await clock.sleep(for: time)
            mailbox.send(message)
        }
    }

    func tell(_ id: NodeID, _ event: RunEvent.StepEvent) {
        let attempt = attempts(of: id)
        switch direction {
        case .forward: executor.tell(.step(id, attempt: attempt, event), of: journal.state)
        case .back: executor.tell(.undo(id, attempt: attempt, event), of: journal.state)
        }
    }

    /// A run counts attempts over all runs of its record. A rollback counts its own from 1.
    private func attempts(of id: NodeID) -> Int {
        switch direction {
        case .forward: journal[id].attempts
        case .back: machine.attempts(of: id)
        }
    }

    struct End: Sendable {
        let outcome: Result<RunStateMachine.Outcome, StoreFailure>
        let state: RunState
        let failures: [NodeFailure]
    }

    var end: End {
        End(
            outcome: journal.failure.map { .failure($0) } ?? .success(outcome ?? .interrupted), state: journal.state,
            failures: failuresInOrder)
    }

    func took(_ id: NodeID) -> Duration { startedAt[id].map { elapsed() - $0 } ?? .zero }
}

extension RunStateMachine.Outcome {
    func status(_ direction: Attempt.Direction) -> RunState.Status {
        switch (self, direction) {
        case (.succeeded, .forward): .succeeded
        case (.succeeded, .back): .rolledBack
        case (.failed, .forward): .failed
        case (.failed, .back), (.paused, .back): .rollbackIncomplete
        case (.interrupted, .forward), (.paused, .forward): .stopped
        case (.interrupted, .back): .rollingBack
        }
    }
}

private func stopwatch(_ clock: some Clock<Duration>) -> () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
