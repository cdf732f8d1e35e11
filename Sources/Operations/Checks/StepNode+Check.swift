import PlanModel

extension StepNode {
    /// - Parameter preflight: the step whose settings apply to the check; `nil` for a check that a plan cannot
    ///   configure.
    init(_ check: any Check.Type, _ preflight: PreflightStep? = nil) {
        let declaration = check.declaration
        let severity = preflight?.severity(of: declaration) ?? declaration.severity
        let limits = CheckLimits(declaration, plan: preflight?.settings[declaration.id])
        self.init(check: declaration.id, title: declaration.title) { servers, _, _ in
            CheckOperation(check: check.init(), severity: severity, limits: limits, servers: servers)
        }
    }
}
