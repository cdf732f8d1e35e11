import Diagnostics
import PlanModel

struct NoWayBackRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-way-back", .note, "after the cutover there is no way back",
        reason: """
            'planrun rollback' leaves the target as the primary whatever turns out afterwards. So it is with \
            'after-cutover: stop', and without a word where the source's engine cannot follow the target's.
            """,
        remedy:
            "leave 'after-cutover' out where the source can follow the target; else write 'discard-writes' to go back with what that gives up"
    )

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard review.failover != nil, review.plan.certainWayBack == .stop else { return [] }
        return [
            RuleFinding("once the target is the primary, it stays so", at: review.place("rollback", "after-cutover"))
        ]
    }
}
