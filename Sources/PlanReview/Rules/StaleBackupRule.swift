import Diagnostics
import PlanModel
import Values

struct StaleBackupRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "stale-backup", .warning, "a save of more than a day ago is taken for a backup",
        reason: """
            What was written since the save is not in it. A step that takes an old save for a backup backs up \
            yesterday's data.
            """,
        remedy: "shorten 'max-age', or leave it out to save in any case")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps(.backup).compactMap { step in
            guard case .backup(let settings) = step.step.kind, settings.maxAge > .seconds(24 * 3600) else { return nil }
            return RuleFinding(
                "step '\(step.id)' is content with a save that is \(settings.maxAge.planText) old",
                at: step.place(of: "max-age"))
        }
    }
}
