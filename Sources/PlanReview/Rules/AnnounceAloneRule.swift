import Diagnostics
import PlanModel

struct AnnounceAloneRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "announce-alone", .error, "'via: announce' with a single Sentinel",
        reason: """
            planrun tells each Sentinel of the new primary in the name of another Sentinel that it knows. A \
            single Sentinel knows no other.
            """,
        remedy: "write 'via: sentinel', or 'via: fastest', which takes what is possible")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let (failover, settings) = review.failover, settings.method == .announce,
            review.plan.sentinel?.endpoints.count == 1
        else { return [] }
        return [
            RuleFinding("'via: announce' needs two Sentinels, and this plan has one", at: failover.place(of: "via"))
        ]
    }
}
