import Diagnostics
import PlanModel

struct ReplaceDataRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "replace-data", .warning, "a target that holds keys may be emptied",
        reason: """
            The full sync deletes every key of the target. If the address is that of another server in use, its \
            data is gone, and no step brings it back.
            """,
        remedy: "remove 'replace-data', and empty the target by hand")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps(.replicaof).compactMap { step in
            guard case .replicaof(let settings) = step.step.kind, settings.replacesData else { return nil }
            return RuleFinding(
                "the keys of \(review.plan.target.endpoint) may be deleted", at: step.place(of: "replace-data"))
        }
    }
}
