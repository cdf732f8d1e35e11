import PlanModel

extension Plan {
    /// What a preflight of the plan says of a check; `nil` where none names it.
    func setting(of check: CheckDeclaration) -> CheckSetting? { settings(of: check).first }

    /// What it means for this plan when a check does not pass: the catalogue's word where no preflight says otherwise.
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
