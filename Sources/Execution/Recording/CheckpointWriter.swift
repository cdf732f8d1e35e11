/// Writes checkpoints one after the other, in a task of its own, so that whoever decides need not wait for a disk.
///
/// While one is written, only the newest of those that came meanwhile is kept: a record holds everything that was in the
/// ones before it.
struct CheckpointWriter: Sendable {
    /// What became of a checkpoint, and with it of all that were handed over before it.
    enum Report: Sendable {
        case written(serial: Int)
        case notWritten(serial: Int, StoreFailure)
    }

    private let newest: AsyncStream<RunState>.Continuation

    /// - Parameter report: called once for each checkpoint that was not left out for a newer one, in order.
    init(_ lease: any RunLease, report: @escaping @Sendable (Report) -> Void) {
        let (states, newest) = AsyncStream.makeStream(of: RunState.self, bufferingPolicy: .bufferingNewest(1))
        self.newest = newest
        // A task that nobody waits for: a run that has lost its lease does not wait for a store that does not answer.
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
