import PlanModel

extension StepNode {
    /// - Parameter preflight: the step whose settings apply to the check; `nil` for a check that a plan cannot
    ///   configure.
    /// - Parameter asked: the other checks of the same step.
    init(_ check: any Check.Type, _ preflight: PreflightStep? = nil, among asked: [any Check.Type] = []) {
        let declaration = check.declaration
        let severity = preflight?.severity(of: declaration) ?? declaration.severity
        let limits = CheckLimits(declaration, plan: preflight?.settings[declaration.id])
        // A cause that only warns does not stop the run, so its consequences are asked.
        let causes = check.causes.filter { cause in
            asked.contains { $0 == cause }
                && (preflight?.severity(of: cause.declaration) ?? cause.declaration.severity) == .fail
        }.map { cause in
            AskedCheck(
                check: cause.init(),
                limits: CheckLimits(cause.declaration, plan: preflight?.settings[cause.declaration.id]))
        }
        self.init(check: declaration.id, title: declaration.title) { servers, _, _ in
            CheckOperation(check: check.init(), severity: severity, limits: limits, servers: servers, causes: causes)
        }
    }
}
