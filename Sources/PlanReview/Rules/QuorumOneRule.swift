import Diagnostics
import PlanModel

struct QuorumOneRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "quorum-one", .warning, "one Sentinel is enough to take the primary for down",
        reason: """
            With a quorum of one, a single Sentinel that cannot reach the primary starts a failover, although \
            all others see it.
            """,
        remedy: "set 'quorum' to the majority, or leave it out, which is the same")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps(.monitor).compactMap { step in
            let count = review.plan.sentinel?.endpoints.count ?? 0
            guard case .monitor(let settings) = step.step.kind, settings.quorum == 1, count > 1 else { return nil }
            return RuleFinding("one of \(count) Sentinels is enough", at: step.place(of: "quorum"))
        }
    }
}
