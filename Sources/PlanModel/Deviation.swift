internal import Values

/// A setting of a step that is not the standard one.
package struct Deviation: Sendable, Equatable, Codable {
    /// As a plan spells it; of a check `backup`, or `memory.headroom` for one of its limits.
    package let key: String
    package let value: String
    /// `nil` where nothing holds if the plan says nothing.
    package let standard: String?
    /// Whether the plan is weaker or stronger for it; `nil` where neither can be said.
    package let tendency: Tendency?

    package init(key: String, value: String, standard: String?, tendency: Tendency?) {
        self.key = key
        self.value = value
        self.standard = standard
        self.tendency = tendency
    }
}

extension Tendency: Codable {}

extension Step {
    /// What the step says differently from the standard, in the order of its settings.
    /// - Parameter checks: the catalogue of checks.
    package func deviations(checks: [CheckDeclaration]) -> [Deviation] {
        let common = [
            CommonSettings.timeout.key: kind.declaration.defaults.timeout.map(\.planText),
            CommonSettings.retries.key: String(kind.declaration.defaults.retries),
        ]
        let limits = Dictionary(kind.name.limits.map { ($0.key, $0.weaker) }) { first, _ in first }
        // What every step of the kind has to say is no deviation.
        let written = settings.filter { key, _ in
            kind.name == .preflight ? common.keys.contains(key) : !kind.name.requiredKeys.contains(key)
        }
        let ofStep = written.compactMap { key, value -> Deviation? in
            let standard = common[key] ?? kind.name.defaultText(of: key)
            guard value != standard else { return nil }
            return Deviation(
                key: key, value: value, standard: standard,
                tendency: limits[key]?.tendency(from: standard, to: value))
        }
        guard case .preflight(let preflight) = kind else { return ofStep }
        return checks.flatMap { check in preflight.settings[check.id].map(check.deviations) ?? [] } + ofStep
    }
}

extension StepKind.Name {
    fileprivate var requiredKeys: [String] { settingsType.requiredKeys }

    fileprivate func defaultText(of key: String) -> String? {
        settingsType.fields.first { $0.key == key }?.defaultText
    }
}

extension CheckDeclaration {
    fileprivate func deviations(_ setting: CheckSetting) -> [Deviation] {
        var deviations: [Deviation] = []
        if let severity = setting.severity, severity != self.severity {
            deviations.append(
                Deviation(
                    key: id, value: severity.rawValue, standard: self.severity.rawValue,
                    tendency: CheckSeverity.weaker.tendency(from: self.severity.rawValue, to: severity.rawValue)))
        }
        for limit in limits {
            let standard = limit.defaultValue.planText
            guard let value = setting.limits[limit.key]?.planText, value != standard else { continue }
            deviations.append(
                Deviation(
                    key: "\(id).\(limit.key)", value: value, standard: standard,
                    tendency: limit.weaker.tendency(from: standard, to: value)))
        }
        return deviations
    }
}
