import Diagnostics
import PlanModel

struct NoDescriptionRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-description", .note, "the plan does not say what it is for",
        reason: """
            Whoever finds the plan in a year, or at night, should not have to guess what it was meant to do.
            """,
        remedy: "add 'description: …'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.plan.description == nil ? [RuleFinding("this plan has no description", at: review.place("name"))] : []
    }
}
