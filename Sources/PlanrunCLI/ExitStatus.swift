/// What the exit code of the process says; the numbers are part of the command line.
package enum ExitStatus: Int32, Sendable, Error {
    /// Done, or nothing to do.
    case success = 0
    /// Failed; rolled back, or nothing to roll back. `rehearse`: a write was lost.
    case failure = 1
    /// The plan or the arguments are invalid; nothing was done. `plan --detailed-exitcode`: there is something to do.
    case invalid = 2
    /// Stopped; `resume` goes on.
    case stopped = 3
    /// Failed, and the rollback is incomplete or there is no way back: a person is needed.
    case personNeeded = 4

    /// `plan --detailed-exitcode`
    static var changes: ExitStatus { .invalid }
}
