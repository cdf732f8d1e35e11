import PlanGraph
import Synchronization

/// How everything that runs at the same time talks to the one task that decides.
struct Mailbox: Sendable {
    enum Message: Sendable {
        /// The child goes on when the answer says that it is on disk.
        case intend(NodeID, undo: StateValue?, CheckedContinuation<Void, any Error>)
        case progress(NodeID, Progress)
        case ended(NodeID, Attempt.End)
        case retryDue(NodeID)
        case progressDue(NodeID)
        case interrupt(Interrupt)
    }

    private let continuation: AsyncStream<Message>.Continuation

    static func make() -> (Mailbox, AsyncStream<Message>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Message.self)
        return (Mailbox(continuation: continuation), stream)
    }

    func send(_ message: Message) { continuation.yield(message) }

    /// Returns once the undo data is on disk.
    /// - Throws: `StateFileError`
    func intend(_ node: NodeID, undo: StateValue?) async throws {
        try await withCheckedThrowingContinuation { send(.intend(node, undo: undo, $0)) }
    }
}

/// Says to all that run whether the run is being stopped. Set once, by the driver.
final class DrainFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
