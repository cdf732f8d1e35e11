/// How far a rollback may go once the target is the primary, and what it may give up.
package enum WriteAllowance: Sendable, Equatable {
    /// The target stays the primary.
    case noReturn
    /// The source becomes the primary again if that gives up no write: it has to follow the target in sync.
    case noWrite
    /// The writes that were counted for the person may be given up. The target has to answer.
    case counted
    /// Whatever was written since the cutover may be given up. The target need not answer any more.
    case everything
}
