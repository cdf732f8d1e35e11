import Diagnostics
import PlanModel

struct NoVerifyRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-verify-after-failover", .warning, "nothing is verified after the failover",
        reason: """
            A cutover is done when every Sentinel names the target, the target takes writes and the source is \
            out of the way. Only a 'verify' that waits for the failover asks the servers for that.
            """,
        remedy: "put '- verify: { id: cutover }' behind the failover")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place,
            !review.after(failover).contains(where: { $0.step.kind.name == .verify })
        else { return [] }
        return [
            RuleFinding(
                "no 'verify' comes after '\(failover.id)'", at: failover.place,
                fix: review.appending("verify: { id: cutover }", id: "cutover", after: failover))
        ]
    }
}
