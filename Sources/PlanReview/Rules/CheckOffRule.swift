import Diagnostics
import PlanModel

struct CheckOffRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "check-off", .warning, "a check of the preflight is switched off",
        reason: "A check that is off is not asked, and nobody sees what it would have said.",
        remedy: "leave it out to keep the standard, or say 'warn' to see what it says")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.checkSettings.compactMap { step, check, setting in
            guard setting.severity == .off, check.severity != .off else { return nil }
            return RuleFinding(
                "check '\(check.id)' is off: nobody asks whether \(check.title)", at: step.place(of: check.id))
        }
    }
}
