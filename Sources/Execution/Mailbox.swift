import PlanGraph
import Synchronization

/// How everything that runs at the same time talks to the one task that decides.
struct Mailbox: Sendable {
    enum Message: Sendable {
        /// The attempt goes on when the answer says that its undo data is in the store.
        case intend(NodeID, undo: StateValue?, CheckedContinuation<Void, any Error>)
        case progress(NodeID, Progress)
        case finding(NodeID, String)
        /// How far the node has come; see `StepContext.mark`.
        case mark(NodeID, StateValue?)
        case ended(NodeID, Attempt.End)
        case retryDue(NodeID)
        case renewalDue(NodeID)
        case progressDue(NodeID)
        case interrupt(Interrupt)
        case checkpoint(CheckpointWriter.Report)
        case leaseLost(StoreFailure)
    }

    private let continuation: AsyncStream<Message>.Continuation

    static func make() -> (Mailbox, AsyncStream<Message>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Message.self)
        return (Mailbox(continuation: continuation), stream)
    }

    func send(_ message: Message) { continuation.yield(message) }

    /// Says that the node is about to change something. Returns once its undo data would survive a loss of power.
    /// - Throws: `StoreFailure`
    func intend(_ node: NodeID, undo: StateValue?) async throws {
        try await withCheckedThrowingContinuation { send(.intend(node, undo: undo, $0)) }
    }
}

/// Tells every attempt whether and why the run is being stopped. Set by the driver, and never taken back.
final class StopFlag: Sendable {
    private let draining = Atomic(false)
    private let lost = Atomic(false)

    var isDraining: Bool { draining.load(ordering: .acquiring) }
    /// Whether somebody else may hold the run; then `isDraining` is true as well.
    var isLeaseLost: Bool { lost.load(ordering: .acquiring) }

    func drain() { draining.store(true, ordering: .releasing) }

    func loseLease() {
        lost.store(true, ordering: .releasing)
        drain()
    }
}
