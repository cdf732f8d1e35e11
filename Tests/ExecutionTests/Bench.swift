import PlanGraph

@testable import Execution

/// Runs the executor in a test: a graph, operations, and everything around them that a test wants to see.
struct Bench: Sendable {
    let graph: StepGraph
    var operations: [NodeID: any Operation] = [:]
    var policies: [NodeID: NodePolicy] = [:]
    var clock = ManualClock()
    var store = MemoryStore()
    let events = EventLog()
    let interrupts = Interrupts()

    func executor(_ lease: any RunLease) -> Executor {
        Executor(
            graph: graph, provider: FakeProvider(operations), policies: policies, lease: lease,
            environment: RunEnvironment(
                clock: clock, now: { Timestamp(millisecondsSince1970: 1_767_225_600_000) }, random: { 1 }),
            observer: events.record)
    }

    var fresh: RunState { RunState(for: graph) }

    func run(_ state: RunState? = nil) async -> RunOutcome {
        await holding { await executor($0).run(state ?? fresh, interrupts: interrupts.stream()) }
    }

    /// Starts the run, for a test that does something meanwhile.
    func start() -> Task<RunOutcome, Never> { Task { await run() } }

    func startRollback(_ state: RunState) -> Task<RollbackOutcome, Never> { Task { await rollBack(state) } }

    func rollBack(_ state: RunState) async -> RollbackOutcome {
        await holding { await executor($0).rollBack(state, interrupts: interrupts.stream()) }
    }

    private func holding<Outcome: Sendable>(_ body: (any RunLease) async -> Outcome) async -> Outcome {
        do {
            let lease = try await store.hold()
            _ = try? await lease.read()
            let outcome = await body(lease)
            await lease.release()
            return outcome
        } catch {
            preconditionFailure("nobody else holds the run of a bench: \(error)")
        }
    }
}

extension RunState {
    init(for graph: StepGraph) {
        self.init(
            planPath: "plans/prod.yaml", planName: "prod", plan: "version: 1\n", graph: graph,
            lineage: "5E2A1B34-0000-4000-8000-000000000000", now: Timestamp(millisecondsSince1970: 1_767_225_600_000))
    }

    var statuses: [NodeID: Node.Status] { Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.status) }) }
}

extension StepFailure {
    static let broken = StepFailure(code: FailureCode(word: "broken"), what: "it broke")
    static let passing = StepFailure(code: FailureCode(word: "passing"), what: "it will pass", isTransient: true)
}
