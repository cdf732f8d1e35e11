package import PlanModel
package import Values

/// The limits of one check: the plan's value where it sets one, otherwise the default from the check's declaration.
package struct CheckLimits: Sendable {
    private let values: [String: CheckLimit]

    package init(_ declaration: CheckDeclaration, plan: CheckSetting?) {
        let defaults = Dictionary(uniqueKeysWithValues: declaration.limits.map { ($0.key, $0.defaultValue) })
        values = defaults.merging(plan?.limits ?? [:]) { $1 }
    }

    package func percentage(_ key: String) -> Int {
        guard case .percentage(let value) = values[key] else { undeclared(key) }
        return value
    }

    package func count(_ key: String) -> Int {
        guard case .count(let value) = values[key] else { undeclared(key) }
        return value
    }

    package func size(_ key: String) -> ByteCount {
        guard case .size(let value) = values[key] else { undeclared(key) }
        return value
    }

    package func duration(_ key: String) -> Duration {
        guard case .duration(let value) = values[key] else { undeclared(key) }
        return value
    }

    private func undeclared(_ key: String) -> Never {
        preconditionFailure("a check asks for its limit '\(key)', which it does not declare with this type")
    }
}
