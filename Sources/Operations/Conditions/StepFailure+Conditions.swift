package import Execution

extension StepFailure {
    /// Whether `resume` would fail in the same way each time. Some conditions compare with the moment when the target
    /// began to follow. Once such a condition is violated it stays violated, and the run can only be rolled back and
    /// started again.
    package var endsRun: Bool { Self.lastingViolations.contains(code) }

    private static let lastingViolations: Set<FailureCode> = [
        .operation(.sourceRestarted), .operation(.sourceEmptied), .operation(.sourceHistoryChanged),
        .operation(.commandsDropped), .operation(.statisticsReset),
    ]
}
