package import Execution

extension StepFailure {
    /// Whether `resume` would fail in the same way each time: a condition was violated that compares with what was true when
    /// the target began to follow, and the past does not change. Such a run can only be taken back and begun anew.
    package var endsRun: Bool { Self.lastingViolations.contains(code) }

    private static let lastingViolations: Set<FailureCode> = [
        .operation(.sourceRestarted), .operation(.sourceEmptied), .operation(.sourceHistoryChanged),
        .operation(.commandsDropped), .operation(.statisticsReset),
    ]
}
