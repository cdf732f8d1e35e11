import Diagnostics
import PlanModel

struct EvenSentinelsRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "even-sentinels", .note, "the number of Sentinels is even",
        reason: """
            A failover needs a majority of the Sentinels. With an even number one more can be lost than the \
            majority allows, without any gain over one Sentinel fewer.
            """,
        remedy: "add one more")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let count = review.plan.sentinel?.endpoints.count, count.isMultiple(of: 2) else { return [] }
        return [RuleFinding("this plan has \(count) Sentinels", at: review.place("sentinel", "addresses"))]
    }
}
