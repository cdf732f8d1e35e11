import Synchronization

/// Whether a lease was lost, and those who wait to hear of it: the part that all stores share.
final class LeaseLoss: Sendable {
    private enum State {
        case held(waiting: [Int: CheckedContinuation<StoreFailure?, Never>])
        case lost(StoreFailure)
        case released
    }

    private let state = Mutex(State.held(waiting: [:]))

    /// How the lease was lost; `nil` as long as it is held, and after it was given back.
    var failure: StoreFailure? {
        state.withLock { if case .lost(let failure) = $0 { failure } else { nil } }
    }

    /// Notes the loss and tells everybody who waits. A later loss does not replace the first cause.
    func lose(_ failure: StoreFailure) { end(.lost(failure), telling: failure) }

    /// Notes that the lease was given back: nobody can lose it any more.
    func release() { end(.released, telling: nil) }

    /// See `RunLease.loss()`.
    func wait() async -> StoreFailure? {
        let id = nextID.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: StoreFailure?? = state.withLock { state in
                    switch state {
                    case .held(var waiting):
                        // If the task was cancelled before this line, `onCancel` has found nobody to wake.
                        if Task.isCancelled { return .some(nil) }
                        waiting[id] = continuation
                        state = .held(waiting: waiting)
                        return nil
                    case .lost(let failure): return failure
                    case .released: return .some(nil)
                    }
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<StoreFailure?, Never>? in
                guard case .held(var waiting) = state else { return nil }
                let waiter = waiting.removeValue(forKey: id)
                state = .held(waiting: waiting)
                return waiter
            }
            waiter?.resume(returning: nil)
        }
    }

    private let nextID = Atomic(0)

    private func end(_ end: State, telling failure: StoreFailure?) {
        let waiting = state.withLock { state -> [CheckedContinuation<StoreFailure?, Never>] in
            guard case .held(let waiting) = state else { return [] }
            state = end
            return Array(waiting.values)
        }
        for waiter in waiting { waiter.resume(returning: failure) }
    }
}
