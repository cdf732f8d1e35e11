/// Where checkpoints go. `StateFile` in life; in tests something that can fail at the worst moment.
package protocol StateStore: Sendable {
    /// Returns once the state would survive a loss of power.
    func write(_ state: RunState) throws(StateFileError)
}
