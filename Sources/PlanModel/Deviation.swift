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
    /// What the step says differently from the standard: its differences from a step that says nothing.
    /// - Parameter checks: the catalogue of checks.
    package func deviations(in plan: Plan, checks: [CheckDeclaration]) -> [Deviation] {
        differences(from: standard, in: plan, earlier: plan, checks: checks).compactMap { difference in
            difference.new.map {
                Deviation(
                    key: difference.key, value: $0, standard: difference.old, tendency: difference.tendency)
            }
        }
    }
}
