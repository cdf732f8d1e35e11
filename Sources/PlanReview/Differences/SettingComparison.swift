import PlanModel
import Values

/// In what the settings of a step differ that both plans have.
struct SettingComparison {
    private(set) var changes: [PlanChange] = []
    private let subject: String

    init(old: Step, new: Step, _ before: Plan, _ after: Plan, _ checks: [CheckDeclaration]) {
        subject = old.subject
        if case .preflight(let one) = old.kind, case .preflight(let two) = new.kind {
            for check in checks { compare(check, one.settings[check.id], two.settings[check.id]) }
        } else {
            compareSettings(old, new, before, after)
        }
        let (one, two) = (old.kind.declaration.defaults, new.kind.declaration.defaults)
        // With other settings a step can have another time without anybody having written one.
        if old.timeout != one.timeout || new.timeout != two.timeout {
            compare("timeout", .higher, old.timeout?.planText, new.timeout?.planText)
        }
        if old.retries != one.retries || new.retries != two.retries {
            compare("retries", .higher, String(old.retries), String(new.retries))
        }
    }

    private mutating func compareSettings(_ old: Step, _ new: Step, _ before: Plan, _ after: Plan) {
        func settings(_ step: Step) -> [String: String] {
            Dictionary(step.kind.declaration.spelledSettings.map { ($0.key, $0.value) }) { $1 }
        }
        let (one, two) = (settings(old), settings(new))
        let limits = Dictionary(uniqueKeysWithValues: new.kind.name.limits.map { ($0.key, $0.weaker) })
        for key in Set(one.keys).union(two.keys).sorted() {
            let (value, other) = (
                one[key] ?? Self.standard(key, old, before), two[key] ?? Self.standard(key, new, after)
            )
            guard value != other else { continue }
            if ["password", "passwords"].contains(key) {
                changes.append(PlanChange(.changed, subject, key))
            } else {
                compare(key, limits[key], value, other)
            }
        }
    }

    /// What holds where a step says nothing and the language has no fixed default.
    private static func standard(_ key: String, _ step: Step, _ plan: Plan) -> String? {
        switch (step.kind, key) {
        case (.monitor, "quorum"): plan.sentinel.map { String($0.endpoints.count / 2 + 1) }
        case (.verify, "keys"): VerifyStep(data: .sample).keys.map { String($0) }
        default: nil
        }
    }

    private mutating func compare(_ check: CheckDeclaration, _ old: CheckSetting?, _ new: CheckSetting?) {
        compare(
            check.id, CheckSeverity.weaker, (old?.severity ?? check.severity).rawValue,
            (new?.severity ?? check.severity).rawValue)
        for limit in check.limits {
            compare(
                "\(check.id).\(limit.key)", limit.weaker, (old?.limits[limit.key] ?? limit.defaultValue).planText,
                (new?.limits[limit.key] ?? limit.defaultValue).planText)
        }
    }

    private mutating func compare(_ key: String, _ weaker: Weaker?, _ old: String?, _ new: String?) {
        guard old != new else { return }
        changes.append(
            PlanChange(
                .changed, subject, key, from: old, to: new, tendency: weaker?.tendency(from: old, to: new)))
    }
}
