import Diagnostics
import PlanModel

struct NoRetriesRule: ReviewRule {
    static let declaration = RuleDeclaration(
        "no-retries", .note, "the failover is tried once only",
        reason: """
            An attempt of a failover that misses its moment has changed nothing, so another one costs a short \
            write pause. Without retries it costs a new run, with another look by a person.
            """,
        remedy: "leave 'retries' out to have three")

    static func findings(in review: PlanUnderReview) -> [RuleFinding] {
        guard let failover = review.failover?.place, failover.step.retries == 0 else { return [] }
        return [RuleFinding("step '\(failover.id)' is not tried again", at: failover.place(of: "retries"))]
    }
}
