/// How much a person lets the way back after a cutover give up.
package enum WriteAllowance: Sendable, Equatable {
    case nothing
    /// The writes that were counted for the person. The target has to answer.
    case counted
    /// Whatever was written since the cutover. The target need not answer any more.
    case everything
}
