import Diagnostics
import PlanModel

struct UnawaitedStepRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "unawaited-step", .warning, "the failover does not wait for a step that stands before it",
        reason: """
            A step that the failover does not need can still run, or fail, while the target is made the primary.
            """,
        remedy: "name it among the needs of the failover")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place else { return [] }
        let related = Set((review.before(failover) + review.after(failover)).map(\.id))
        let earlier = review.steps.prefix { $0.id != failover.id }
        // What nobody waits for is named; what another such step waits for is named by that one.
        let loose = earlier.filter { !related.contains($0.id) && $0.step.kind.name != .approval }
        return loose.filter { step in !review.after(step).contains { after in loose.contains { $0.id == after.id } } }
            .map { step in
                RuleFinding(
                    "'\(failover.id)' does not wait for '\(step.id)'", at: step.place,
                    labels: [Diagnostic.Label(failover.place, "cuts over")])
            }
    }
}
