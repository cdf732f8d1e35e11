import Diagnostics
import PlanModel
import Values

struct OneWayEnginesRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "one-way-engines", .note, "going back gives up what was written since the cutover",
        reason: """
            The source's engine cannot be a replica of the target's, so the source does not get what is written \
            after the cutover. Going back gives that up, and more of it with every minute.
            """,
        remedy: "decide soon after the cutover, and tell those who may go back what it costs")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        let plan = review.plan
        guard review.failover != nil, plan.rollback.afterCutover == .discardWrites,
            plan.target.engine.rulesOut(replica: plan.source.engine)
        else { return [] }
        return [
            RuleFinding(
                "a \(plan.source.engine.rawValue) cannot follow a \(plan.target.engine.rawValue): going back gives up what was written since",
                at: review.place("rollback", "after-cutover"))
        ]
    }
}
