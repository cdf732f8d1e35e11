import Diagnostics
import PlanModel

struct LateApprovalRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "late-approval", .warning, "an approval is asked for when neither the failover nor 'decommission' waits for it",
        reason: "A question whose answer changes nothing looks like a safeguard and is none.",
        remedy: "let the failover need it, or 'decommission', or remove it")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place else { return [] }
        // What ends the way back may wait for a person, too.
        let ends = [failover] + review.steps(.decommission)
        let awaited = Set(ends.flatMap { review.before($0).map(\.id) })
        let later = Set(review.after(failover).map(\.id))
        return review.steps(.approval).filter { !awaited.contains($0.id) }.map { step in
            RuleFinding(
                later.contains(step.id)
                    ? "approval '\(step.id)' comes after '\(failover.id)'"
                    : "'\(failover.id)' does not wait for approval '\(step.id)'",
                at: step.place, labels: [Diagnostic.Label(failover.place, "cuts over")])
        }
    }
}
