import Diagnostics
import PlanModel

struct RunWithoutUndoRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "run-without-undo", .warning, "a command before the failover has no way back",
        reason: """
            When a step fails before the failover, everything is taken back but what this command did. A load balancer \
            or a feature flag then stays as for the new server, while the old one is the primary.
            """,
        remedy: "add 'undo: [PROGRAM, …]'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place else { return [] }
        return review.before(failover).compactMap { step in
            guard case .run(let settings) = step.step.kind, settings.undo == nil else { return nil }
            return RuleFinding("nothing takes back what step '\(step.id)' does", at: step.place)
        }
    }
}
