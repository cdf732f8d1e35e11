/// What the exit code of the process says. The numbers are part of the command line: scripts rely on them.
package enum ExitStatus: Int32, Sendable, Error {
    /// Everything was done, or there was nothing to do.
    case success = 0
    /// The verb failed, and its run was rolled back or had changed nothing. `rehearse`: a write was lost.
    case failure = 1
    /// The plan or the arguments are invalid, and nothing was done. `plan --detailed-exitcode`: there is something to
    /// do.
    case invalid = 2
    /// The run was stopped; `resume` goes on with it.
    case stopped = 3
    /// The run failed, and its rollback is incomplete or there is no way back: a person is needed.
    case personNeeded = 4

    /// What `plan --detailed-exitcode` ends with if there is something to do.
    static var changes: ExitStatus { .invalid }
}
