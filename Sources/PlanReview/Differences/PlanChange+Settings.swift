import PlanModel

extension PlanChange {
    /// In what the settings of a step differ that both plans have. Where a password is kept is not shown.
    static func settings(
        of new: Step, from old: Step, in after: Plan, earlier before: Plan, checks: [CheckDeclaration]
    ) -> [PlanChange] {
        new.differences(from: old, in: after, earlier: before, checks: checks).map { difference in
            guard !["password", "passwords"].contains(difference.key) else {
                return PlanChange(.changed, old.subject, difference.key)
            }
            return PlanChange(
                .changed, old.subject, difference.key, from: difference.old, to: difference.new,
                tendency: difference.tendency)
        }
    }
}
