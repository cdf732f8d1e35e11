import Diagnostics
import PlanModel

struct FailureLeftRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "failure-left", .warning, "what was done stays when a step fails",
        reason: """
            With 'on-failure: never' a run that fails at night leaves the target following, the fence up and \
            settings changed, until somebody types 'planrun rollback'.
            """,
        remedy: "write 'on-failure: automatic', or 'ask'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard review.plan.rollback.onFailure == .never else { return [] }
        return [RuleFinding("nothing is undone when a step fails", at: review.place("rollback", "on-failure"))]
    }
}
