import Diagnostics
import PlanModel

struct QuorumUnreachableRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "quorum-unreachable", .error, "the quorum is larger than the number of Sentinels",
        reason: """
            No failover ever happens if more Sentinels must agree than there are, neither this one nor one that \
            is needed at night.
            """,
        remedy: "set 'quorum' to the majority, or leave it out, which is the same")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps(.monitor).compactMap { step in
            let count = review.plan.sentinel?.endpoints.count ?? 0
            guard case .monitor(let settings) = step.step.kind, let quorum = settings.quorum, quorum > count else {
                return nil
            }
            return RuleFinding(
                "\(quorum) Sentinels must agree, and this plan names \(count)", at: step.place(of: "quorum"))
        }
    }
}
