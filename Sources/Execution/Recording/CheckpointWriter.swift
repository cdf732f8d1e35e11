/// Writes checkpoints one after the other, in a task of its own, so that the run's task need not wait for a disk.
///
/// Each checkpoint holds the whole record. So if several arrive during a write, only the newest of them is written.
struct CheckpointWriter: Sendable {
    /// The outcome for a checkpoint and for all that were handed over before it.
    enum Report: Sendable {
        case written(serial: Int)
        case notWritten(serial: Int, StoreFailure)
    }

    private let newest: AsyncStream<RunState>.Continuation

    /// - Parameter report: called in order, once for each checkpoint, except for those that a newer one replaced.
    init(_ lease: any RunLease, report: @escaping @Sendable (Report) -> Void) {
        let (states, newest) = AsyncStream.makeStream(of: RunState.self, bufferingPolicy: .bufferingNewest(1))
        self.newest = newest
        // Nobody waits for this task: a run that has lost its lease must not wait for a store that does not answer.
        Task {
            for await state in states {
                do throws(StoreFailure) {
                    try await lease.write(state)
                    report(.written(serial: state.serial))
                } catch {
                    report(.notWritten(serial: state.serial, error))
                }
            }
        }
    }

    /// Hands over the record to be written; does not wait.
    func submit(_ state: RunState) { newest.yield(state) }

    /// Says that nothing more is handed over. What was handed over is still written.
    func finish() { newest.finish() }
}
