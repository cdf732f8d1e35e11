import Diagnostics
import PlanModel

struct ManyRetriesRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "many-retries", .warning, "a step is tried more than ten times again",
        reason: """
            A step that failed ten times fails for a reason that does not pass. Each further attempt hides it \
            for longer, and each attempt of a failover holds back the writes of the applications once more.
            """,
        remedy: "set 'retries' to 10 at most")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps.filter { $0.step.retries > 10 }.map { step in
            RuleFinding("step '\(step.id)' is tried \(step.step.retries + 1) times", at: step.place(of: "retries"))
        }
    }
}
