import Diagnostics
import PlanModel
import Values

struct WritableSourceRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "writable-source", .warning, "the source could take writes again after the cutover",
        reason: """
            Dragonfly has no 'min-replicas-to-write', so planrun cannot make it refuse writes by itself. It \
            refuses them only as long as it is a replica: once it is started again, or told to follow nobody, \
            writes that reach it are lost.
            """,
        remedy: "write 'resting: shutdown', and start the source again only if you go back")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let (failover, settings) = review.failover, review.plan.source.engine == .dragonfly,
            settings.certainResting(review.plan) != .shutdown
        else { return [] }
        return [
            RuleFinding(
                "a Dragonfly source cannot be closed: it takes writes once it follows nobody",
                at: failover.place(of: "resting"))
        ]
    }
}
