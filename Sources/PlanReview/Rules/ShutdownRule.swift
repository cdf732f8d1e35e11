import Diagnostics
import PlanModel

struct ShutdownRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "via-shutdown", .warning, "the source is shut down for the Sentinels to notice",
        reason: """
            Until the Sentinels have noticed, which takes down-after-milliseconds (30 s unless changed), every \
            write fails. The other ways hold writes back for about 0.4 s.
            """,
        remedy: "write 'via: sentinel' or 'via: fastest'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let (failover, settings) = review.failover, settings.method == .shutdown else { return [] }
        return [
            RuleFinding("'via: shutdown' stops the source before there is a new primary", at: failover.place(of: "via"))
        ]
    }
}
