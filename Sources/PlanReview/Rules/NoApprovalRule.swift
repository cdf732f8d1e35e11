import Diagnostics
import PlanModel

struct NoApprovalRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-approval", .warning, "nobody is asked before the point of no return",
        reason: """
            The failover cannot be undone without giving something up. An approval shows a person what the \
            checks and the comparison have found, at the moment when nothing is decided yet.
            """,
        remedy: "put '- approval: Cut over?' before the failover")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place,
            !review.before(failover).contains(where: { $0.step.kind.name == .approval })
        else { return [] }
        return [RuleFinding("no approval comes before '\(failover.id)'", at: failover.place)]
    }
}
