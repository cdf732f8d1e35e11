/// Where the record of a run is kept, and who may write it.
///
/// A run is carried out by one planrun at a time: the one that holds its lease. A store may be a file on this machine
/// or a service that several machines share. So every call may take long, and the lease may be lost while it is held.
package protocol RunStore: Sendable {
    /// The record, for somebody who only looks at it: the lease is not taken.
    ///
    /// - Throws: `StoreFailure` with code `missing` if no run was ever recorded.
    func read() async throws(StoreFailure) -> RunState

    /// Who holds the run at this moment.
    func holding() async -> RunHolding

    /// Takes the lease of the run, whether or not anything is recorded yet.
    ///
    /// - Throws: `StoreFailure` with code `locked`, which names the holder, if somebody else has the lease.
    func hold() async throws(StoreFailure) -> any RunLease
}

/// The right to carry out a run and to write its record. Whoever has it gives it back with `release()`; the store gives
/// it back by itself after the holder has died.
package protocol RunLease: AnyObject, Sendable {
    /// What the record is called in a sentence: `the state file 'plans/prod.state.json'`.
    var recordName: String { get }

    /// The record as it is now. What is written next takes the place of this one.
    ///
    /// - Throws: `StoreFailure` with code `missing` if nothing is recorded.
    func read() async throws(StoreFailure) -> RunState

    /// Replaces the record that this lease has last read or written; returns once the new one would survive a loss of
    /// power.
    ///
    /// If the store holds another record by now (one with another serial, or of another run), that one is left as it
    /// is, and the lease counts as lost. It can happen that a store does not learn whether a write succeeded, for
    /// example because the network failed. It then asks again until it knows, or until the lease is over; it must not
    /// guess.
    /// - Throws: `StoreFailure`. Code `leaseLost` means that nobody may begin an effect any more: this record may or
    ///   may not have been written, and every later write is refused. Any other code means that this record was not
    ///   written, and the next write may work.
    func write(_ state: RunState) async throws(StoreFailure)

    /// Waits until the lease is lost, and returns how. Returns `nil` if the waiting task is cancelled or the lease is
    /// given back first. A store that cannot notice a loss by itself notices it with the next write.
    func loss() async -> StoreFailure?

    /// Gives the lease back, unless it was lost, because then somebody else may have it. A second call does nothing.
    func release() async
}
