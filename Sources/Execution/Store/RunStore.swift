/// Where the record of a run is kept, and who may write it.
///
/// A run is carried out by one planrun at a time: the one that holds its lease. A store may be a file on this machine or a
/// service that several machines share, so everything here may take long, and the lease may be lost while it is held.
package protocol RunStore: Sendable {
    /// The record, for somebody who only looks at it: the lease is not taken.
    ///
    /// - Throws: `StoreFailure` with code `missing` where no run was ever recorded.
    func read() async throws(StoreFailure) -> RunState

    /// Takes the lease of the run, whether or not anything is recorded yet.
    ///
    /// - Throws: `StoreFailure` with code `locked`, which names the holder, where somebody else has it.
    func hold() async throws(StoreFailure) -> any RunLease
}

/// The right to carry out a run and to write its record. Whoever has it gives it back with `release()`; the store gives
/// it back by itself after the holder has died.
package protocol RunLease: AnyObject, Sendable {
    /// What the record is called in a sentence: `the state file 'plans/prod.state.json'`.
    var recordName: String { get }

    /// The record as it is now. What is written next takes the place of this one.
    ///
    /// - Throws: `StoreFailure` with code `missing` where nothing is recorded.
    func read() async throws(StoreFailure) -> RunState

    /// Replaces the record that this lease has last read or written; returns once the new one would survive a loss of
    /// power.
    ///
    /// If the store holds another record by now (one with another serial, or of another run), that one is left as it
    /// is, and the lease counts as lost. A store that is told nothing about the outcome, such as one behind a network
    /// that has failed, asks again until it knows, or until its lease is over; it must not guess.
    /// - Throws: `StoreFailure`. With code `leaseLost` nobody may begin an effect any more, and every later write is
    ///   refused the same way; whether this one was made is not known. With any other code it was not made, and the next
    ///   may work.
    func write(_ state: RunState) async throws(StoreFailure)

    /// Waits until the lease is lost, and returns how; `nil` if the waiting task was cancelled, or the lease given
    /// back, before that. A store that cannot notice a loss by itself returns here as soon as a write has found it.
    func loss() async -> StoreFailure?

    /// Gives the lease back, unless it was lost: then somebody else may have it. A second time does nothing.
    func release() async
}
