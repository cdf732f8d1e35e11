import Diagnostics
import PlanModel

struct LimitLoosenedRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "limit-loosened", .warning, "a limit is looser than the standard one",
        reason: """
            The standard limits are chosen so that what stays below them went well. A looser one may be right, \
            but its reader should know that it is looser, and from what to what.
            """,
        remedy: "leave it out to keep the standard, or say why it may be looser")

    /// These have rules of their own, or a default that any other value would loosen.
    private static let judgedElsewhere: Set = [
        "timeout", "retries", "max-age", "replace-data", "write-pause", "quorum", "data",
    ]

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        let ofChecks = review.checkSettings.flatMap { step, check, setting in
            check.limits.compactMap { limit -> RuleFinding? in
                guard let value = setting.limits[limit.key] else { return nil }
                return finding(
                    "\(check.id).\(limit.key)", limit.weaker, limit.defaultValue.planText, value.planText,
                    at: step.place(of: check.id, limit.key))
            }
        }
        let ofSteps = review.steps.flatMap { step in
            step.step.kind.name.limits.filter { !judgedElsewhere.contains($0.key) }.compactMap {
                limit -> RuleFinding? in
                guard step.isWritten(limit.key),
                    let value = step.step.settings.first(where: { $0.key == limit.key })?.value
                else { return nil }
                return finding(limit.key, limit.weaker, limit.defaultText, value, at: step.place(of: limit.key))
            }
        }
        return ofChecks + ofSteps
    }

    private static func finding(
        _ name: String, _ weaker: Weaker, _ standard: String?, _ value: String, at place: SourceRange
    ) -> RuleFinding? {
        guard let standard, weaker.tendency(from: standard, to: value) == .loosened else { return nil }
        return RuleFinding("'\(name)' is loosened from \(standard) to \(value)", at: place)
    }
}
