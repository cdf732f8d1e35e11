package import Execution

extension StepFailure {
    /// Whether `resume` would fail in the same way each time. Some conditions compare with what was true when the
    /// target began to follow; once such a condition is violated, it stays so. Such a run can only be rolled back and
    /// begun anew.
    package var endsRun: Bool { Self.lastingViolations.contains(code) }

    private static let lastingViolations: Set<FailureCode> = [
        .operation(.sourceRestarted), .operation(.sourceEmptied), .operation(.sourceHistoryChanged),
        .operation(.commandsDropped), .operation(.statisticsReset),
    ]
}
