import Diagnostics
import PlanModel

struct NoWayBackRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-way-back", .note, "after the cutover there is no way back",
        reason: """
            With 'after-cutover: stop', 'planrun rollback' leaves the target as the primary whatever turns out \
            afterwards.
            """,
        remedy: "write 'after-cutover: discard-writes' to allow going back with what that gives up")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard review.failover != nil, review.plan.rollback.afterCutover == .stop else { return [] }
        return [
            RuleFinding("once the target is the primary, it stays so", at: review.place("rollback", "after-cutover"))
        ]
    }
}
