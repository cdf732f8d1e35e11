import Diagnostics
import PlanModel

struct SingleSentinelRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "single-sentinel", .warning, "one Sentinel alone decides who the primary is",
        reason: """
            A single Sentinel that is down leaves applications without anybody to ask, and one that is wrong has \
            nobody to contradict it. Redis documents three as the fewest for a robust setup.
            """,
        remedy: "add two more Sentinels on machines of their own, and name them in 'addresses'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard review.plan.sentinel?.endpoints.count == 1 else { return [] }
        return [RuleFinding("this plan has a single Sentinel", at: review.place("sentinel", "addresses"))]
    }
}
