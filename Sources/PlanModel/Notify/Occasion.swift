/// A moment of a run of which somebody can be told. The names are those under `events` in a plan.
package enum Occasion: String, Sendable, Hashable, Codable, CaseIterable {
    case started
    case waitingForApproval = "waiting-for-approval"
    case cutoverStarted = "cutover-started"
    case cutoverDone = "cutover-done"
    case differenceFound = "difference-found"
    case finding
    case retrying
    case failed
    case rollbackStarted = "rollback-started"
    case finished

    /// Those of which a receiver is told whose plan names none: all but what can come many times.
    package static let standard = allCases.filter { $0 != .retrying }
}
