import Diagnostics
import PlanModel

struct CheckWeakenedRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "check-weakened", .warning, "a check that would stop the run only warns",
        reason: "A check stops the run by default where going on has lost data or stopped applications before.",
        remedy: "leave it out to keep 'fail'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.checkSettings.compactMap { step, check, setting in
            guard setting.severity == .warn, check.severity == .fail else { return nil }
            return RuleFinding(
                "check '\(check.id)' only warns: the run goes on even where it is not so that \(check.title)",
                at: step.place(of: check.id))
        }
    }
}
