import Diagnostics
import PlanModel
import Values

struct LongTimeoutRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "long-timeout", .warning, "a step may take longer than anybody watches it",
        reason: """
            A step that is stuck is noticed when its time is over. A failover that hangs for an hour keeps the \
            fence up for an hour.
            """,
        remedy: "shorten 'timeout'")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        review.steps.compactMap { step in
            guard step.isWritten("timeout"), let timeout = step.step.timeout, let most = most(step.step), timeout > most
            else { return nil }
            return RuleFinding(
                "step '\(step.id)' may take \(timeout.planText), more than \(most.planText)",
                at: step.place(of: "timeout"))
        }
    }

    /// The longest time after which somebody should look; `nil` for a step that waits for a person.
    private static func most(_ step: Step) -> Duration? {
        switch step.kind {
        case .approval, .watch: nil
        case .failover, .replicaof, .monitor, .users: .seconds(1_800)
        case .preflight, .run, .decommission: .seconds(3_600)
        default: .seconds(86_400)
        }
    }
}
