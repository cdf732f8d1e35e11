import Diagnostics
import PlanModel
import Values

struct NoBackupRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-backup", .note, "the source is not saved before the first change",
        reason: """
            A save of the source is what is left if everything else goes wrong. The check 'backup' only warns of \
            an old one.
            """,
        remedy: "put '- backup: {}' before the step that changes servers first")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard review.plan.source.engine != .dragonfly, let failover = review.failover?.place else { return [] }
        guard !review.before(failover).contains(where: { $0.step.kind.name == .backup }) else { return [] }
        return [RuleFinding("this plan saves the source's data nowhere", at: review.place("steps"))]
    }
}
