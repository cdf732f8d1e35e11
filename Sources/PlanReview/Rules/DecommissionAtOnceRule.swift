import Diagnostics
import PlanModel

struct DecommissionAtOnceRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "decommission-at-once", .warning, "the old servers leave as soon as the cutover is over",
        reason: """
            'decommission' ends the way back. Without a 'watch' or an 'approval' before it, nobody has seen applications \
            use the target by then.
            """,
        remedy:
            "put '- watch: { for: 30m }' or an approval between them, or leave the step out and type 'planrun decommission'"
    )

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place, let end = review.steps(.decommission).first else { return [] }
        let later = Set(review.after(failover).map(\.id))
        let between = review.before(end).filter { later.contains($0.id) }
        guard !between.contains(where: { [.watch, .approval].contains($0.step.kind.name) }) else { return [] }
        return [
            RuleFinding(
                "'\(end.id)' ends the way back right after '\(failover.id)'", at: end.place,
                labels: [Diagnostic.Label(failover.place, "cuts over")])
        ]
    }
}
