import Diagnostics
import PlanModel

struct NoComparisonRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-comparison", .warning, "keys are not compared before the failover",
        reason: """
            Replication that reports no lag can still have lost keys: a command that the target dropped, a full \
            sync that skipped a type. A comparison is the only step that sees it, and before the failover it is \
            the last moment at which nothing is lost.
            """,
        remedy: "put '- verify: { id: data, data: full }' (or sample, or count) before the failover")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place else { return [] }
        let compares = review.before(failover).contains { step in
            if case .verify(let settings) = step.step.kind { settings.data != nil } else { false }
        }
        guard !compares else { return [] }
        return [RuleFinding("no 'verify' compares the keys before '\(failover.id)'", at: failover.place)]
    }
}
