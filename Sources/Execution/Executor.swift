package import PlanGraph

/// Carries out a graph: the one place where the state machine meets operations, time and the record of the run.
///
/// The intent and the undo data of an effect are in the store before the effect begins; its outcome follows soon after
/// it ends. When the lease is lost, everything that is running is stopped and nothing more begins.
package struct Executor: Sendable {
    package let graph: StepGraph
    let provider: any OperationProvider
    let policies: [NodeID: NodePolicy]
    let lease: any RunLease
    let holder: RunHolder?
    let environment: RunEnvironment
    let observer: @Sendable (RunEvent) -> Void

    /// - Parameter policies: by node id; a node that is not in it is tried once, without a limit of time.
    /// - Parameter lease: the lease of the run; the caller gives it back when the run, and the rollback after it, are
    ///   over.
    /// - Parameter holder: who carries the run out, for the record.
    /// - Parameter observer: called for one event after the other, in order, from one task. It must not block: the run
    ///   would stand still, perhaps while writes to the source are held back.
    package init(
        graph: StepGraph, provider: any OperationProvider, policies: [NodeID: NodePolicy] = [:],
        lease: any RunLease, holder: RunHolder? = nil, environment: RunEnvironment = RunEnvironment(),
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.graph = graph
        self.provider = provider
        self.policies = policies
        self.lease = lease
        self.holder = holder
        self.environment = environment
        self.observer = observer
    }

    /// Begins the run or resumes it. `RunState.kept` decides which nodes that have succeeded are not run again.
    ///
    /// - Parameter state: a new state, or one from the store that `checked` has accepted.
    /// - Parameter interrupts: a stream that nobody else reads (`Interrupts.stream()`); it ends with the run.
    package func run(_ state: RunState, interrupts: AsyncStream<Interrupt>) async -> RunOutcome {
        let info = RunEvent.RunInfo(state, nodes: graph.nodes.count)
        let passages = await state.passages(in: graph, asking: provider)
        let kept = state.kept(in: graph, passages)
        let end = await drive(state, .forward, graph, kept: kept, .runStarted(info), interrupts)
        let ending: RunOutcome.Ending =
            switch end.outcome {
            case .failure(let error) where error.code == .leaseLost: .leaseLost(error)
            case .failure(let error): .stateWriteFailed(error)
            case .success(.succeeded): .succeeded
            case .success(.failed(let node)): .failed(node)
            case .success(.interrupted): .interrupted
            case .success(.paused(let node)): .paused(node)
            }
        tell(.runFinished(ending), of: state)
        return RunOutcome(ending: ending, state: end.state, failures: end.failures)
    }

    /// Takes back what was done, last first. If a point of no return was passed, all effects that came before and after
    /// it stay. When an undo fails, everything that does not depend on it is still taken back. Can be called again
    /// after a crash or an interrupt.
    ///
    /// - Parameter interrupts: a stream that nobody else reads (`Interrupts.stream()`); it ends with the rollback.
    /// - Parameter pastPointOfNoReturn: also takes back a passed point of no return and the effects around it, because
    ///   a person has accepted the loss.
    package func rollBack(
        _ state: RunState, interrupts: AsyncStream<Interrupt>, pastPointOfNoReturn: Bool = false
    ) async -> RollbackOutcome {
        let back = state.rollbackGraph(in: graph, pastPointOfNoReturn: pastPointOfNoReturn)
        let info = RunEvent.RunInfo(state, nodes: back.nodes.count)
        let end = await drive(state, .back, back, kept: [], .rollbackStarted(info), interrupts)
        let ending: RollbackOutcome.Ending =
            switch end.outcome {
            case .failure(let error) where error.code == .leaseLost: .leaseLost(error)
            case .failure(let error): .stateWriteFailed(error)
            case .success(.succeeded): .complete
            case .success(.failed(let node)), .success(.paused(let node)): .incomplete(node)
            case .success(.interrupted): .interrupted
            }
        tell(.rollbackFinished(ending), of: state)
        return RollbackOutcome(
            ending: ending, state: end.state, failures: end.failures, remaining: end.state.nodesToUndo(in: graph))
    }

    func tell(_ kind: RunEvent.Kind, of state: RunState) {
        observer(RunEvent(at: environment.now(), run: state.lineage, kind))
    }
}

extension Executor {
    /// Drives the run in a task of its own: if the caller's task is cancelled, the run is still stopped in order, and
    /// recorded.
    private func drive(
        _ state: RunState, _ direction: Attempt.Direction, _ graph: StepGraph, kept: Set<NodeID>,
        _ opening: RunEvent.Kind, _ interrupts: AsyncStream<Interrupt>
    ) async -> RunDriver.End {
        let (mailbox, messages) = Mailbox.make()
        let task = Task {
            await withDiscardingTaskGroup { group in
                var driver = RunDriver(self, state, direction: direction, graph: graph, mailbox: mailbox)
                tell(opening, of: state)
                group.addTask {
                    for await interrupt in interrupts { mailbox.send(.interrupt(interrupt)) }
                }
                group.addTask { [lease] in
                    if let failure = await lease.loss() { mailbox.send(.leaseLost(failure)) }
                }
                await driver.drive(kept: kept, messages, &group)
                group.cancelAll()
                return driver.end
            }
        }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            mailbox.send(.interrupt(.cancel))
        }
    }
}

extension RunEvent.RunInfo {
    fileprivate init(_ state: RunState, nodes: Int) {
        self.init(planName: state.planName, nodes: nodes, isResumed: state.serial > 0)
    }
}
