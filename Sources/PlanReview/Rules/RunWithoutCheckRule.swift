import Diagnostics
import PlanModel

struct RunWithoutCheckRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "run-without-check", .note, "nothing tells whether a command was done",
        reason: """
            A run that is killed in the middle of a command cannot know whether it was done. With a check 'planrun \
            resume' goes on by itself; without one it waits for a person who knows.
            """,
        remedy: "add 'check: [PROGRAM, …]', which ends with 0 if the command was done and with 1 if it was not")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps(.run).compactMap { step in
            guard case .run(let settings) = step.step.kind, settings.check == nil else { return nil }
            return RuleFinding("nothing tells whether the command of step '\(step.id)' was done", at: step.place)
        }
    }
}
