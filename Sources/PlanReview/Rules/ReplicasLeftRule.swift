import Diagnostics
import PlanModel

struct ReplicasLeftRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "replicas-left", .note, "other replicas are left to the Sentinels",
        reason: """
            Until a Sentinel gets to them, other replicas follow the source and answer reads with the data of \
            the cutover. One that cannot follow the target tries for ever.
            """,
        remedy: "write 'replicas: { after-cutover: follow }' or 'detach', or leave it out")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let (failover, settings) = review.failover, settings.replicas == .leave else { return [] }
        return [RuleFinding("nobody waits for the other replicas", at: failover.place(of: "replicas"))]
    }
}
