package import PlanGraph

/// Carries out a graph: the one place where the state machine meets operations, time and the state file.
///
/// The intent of an effect and what undoes it are on disk before the effect; its outcome is after. One run at a time:
/// the caller holds the `RunLock`.
package struct Executor: Sendable {
    package let graph: StepGraph
    let provider: any OperationProvider
    let policies: [String: NodePolicy]
    let store: any StateStore
    let environment: RunEnvironment
    let observer: @Sendable (RunEvent) -> Void

    /// - Parameter policies: by node id; a node that is not in it is tried once, without a limit of time.
    /// - Parameter observer: called for one event after the other, in order, from one task. It should not block.
    package init(
        graph: StepGraph, provider: any OperationProvider, policies: [String: NodePolicy] = [:],
        store: any StateStore, environment: RunEnvironment = RunEnvironment(),
        observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) {
        self.graph = graph
        self.provider = provider
        self.policies = policies
        self.store = store
        self.environment = environment
        self.observer = observer
    }

    /// Begins the run, or goes on with it: what the record says has succeeded and still holds is not done again.
    ///
    /// - Parameter state: a new one, or one that was read and `checked`.
    package func run(_ state: RunState, interrupts: AsyncStream<Interrupt>) async -> RunOutcome {
        preconditionFailure("not built yet")
    }

    /// Takes back what was done, last first, as far as no point of no return was passed. Can be called again after a crash.
    package func rollBack(_ state: RunState, interrupts: AsyncStream<Interrupt>) async -> RollbackOutcome {
        preconditionFailure("not built yet")
    }
}
