import Diagnostics
import PlanModel

struct NoPreflightRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-preflight", .error, "servers are changed without a preflight before it",
        reason: """
            The preflight asks what could go wrong before anything is changed: whether the data fits, who may be \
            promoted, whether applications can log in. Without it the first of these questions is answered by \
            the failure.
            """,
        remedy: "begin with '- preflight: {}'")

    /// The kinds that change a server or the Sentinels.
    private static let changing: Set<StepKind.Name> = [.monitor, .users, .replicaof, .failover]

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        let preflights = Set(review.steps(.preflight).map(\.id))
        guard !preflights.isEmpty else {
            return [
                RuleFinding(
                    "this plan has no preflight", at: review.place("steps"),
                    fix: review.inserting("preflight: {}", before: review.steps.first))
            ]
        }
        let hasty = review.steps.first { step in
            changing.contains(step.step.kind.name) && !review.before(step).contains { preflights.contains($0.id) }
        }
        return hasty.map { step in
            [
                RuleFinding(
                    "step '\(step.id)' changes servers and waits for no preflight", at: step.place,
                    help: "let it, or a step that it needs, need a preflight")
            ]
        } ?? []
    }
}
