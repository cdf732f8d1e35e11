import PlanModel

extension Plan {
    /// The settings that a preflight of the plan gives this check; `nil` if no preflight names it.
    func setting(of check: CheckDeclaration) -> CheckSetting? { settings(of: check).first }

    /// The severity of a check in this plan: the one that a preflight sets, otherwise the one in the declaration.
    func severity(of check: CheckDeclaration) -> CheckSeverity {
        settings(of: check).lazy.compactMap(\.severity).first ?? check.severity
    }

    private func settings(of check: CheckDeclaration) -> [CheckSetting] {
        steps.compactMap { step in
            guard case .preflight(let preflight) = step.kind else { return nil }
            return preflight.settings[check.id]
        }
    }
}

extension PreflightStep {
    func severity(of check: CheckDeclaration) -> CheckSeverity { settings[check.id]?.severity ?? check.severity }
}
