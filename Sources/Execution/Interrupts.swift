import Synchronization

/// What a person at the terminal asks of a run.
package enum Interrupt: Sendable, Equatable {
    /// Start nothing more, and let everything that is running finish.
    case drain
    /// Stop now.
    case cancel
}

/// Hands interrupts to whichever run or rollback is going on. Every run and every rollback takes a stream of its own,
/// because a stream ends with the task that reads it.
package final class Interrupts: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<Interrupt>.Continuation]>([:])

    package init() {}

    package func send(_ interrupt: Interrupt) {
        listeners.withLock { listeners in
            for listener in listeners.values { listener.yield(interrupt) }
        }
    }

    package func stream() -> AsyncStream<Interrupt> {
        let (stream, continuation) = AsyncStream.makeStream(of: Interrupt.self)
        let id = listeners.withLock { listeners in
            let id = (listeners.keys.max() ?? 0) + 1
            listeners[id] = continuation
            return id
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.removeValue(forKey: id) }
        }
        return stream
    }
}
