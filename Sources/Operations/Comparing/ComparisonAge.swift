package import Execution
import PlanGraph
import PlanModel
import Values

/// When the values of the keys were last compared and found to be the same, by the results on record.
package struct ComparisonAge: Sendable, Equatable {
    package let comparedAt: Timestamp

    /// What a comparison leaves in its result.
    static func memo(comparedAt: Timestamp) -> StateValue {
        .object(["comparedAt": .int(comparedAt.millisecondsSince1970)])
    }

    package init?(_ memo: StateValue?) {
        guard let time = memo?["comparedAt"]?.int else { return nil }
        comparedAt = Timestamp(millisecondsSince1970: time)
    }

    /// The youngest comparison of the run; `nil` where there was none.
    static func recorded(_ plan: Plan, _ context: StepContext) -> ComparisonAge? {
        plan.steps.compactMap { ComparisonAge(context.latestMemo(of: NodeID(step: $0.id, check: KeyComparison.check))) }
            .max { $0.comparedAt < $1.comparedAt }
    }

    package func age(at now: Timestamp) -> Duration { comparedAt.duration(to: now) }

    /// Holds a cutover back that demands a comparison of this run which is not older than `limit`.
    /// - Throws: `StepFailure`, which is a pause: `resume` compares again.
    static func check(_ plan: Plan, within limit: Duration?, _ context: StepContext) throws {
        guard let limit, !context.isLook else { return }
        let latest = recorded(plan, context)
        if let latest, latest.age(at: .now) <= limit { return }
        throw StepFailure(
            code: .operation(.comparisonStale),
            what: latest.map { "the keys were last compared at \($0.comparedAt)" } ?? "the keys were not compared yet",
            wanted: "a comparison that is not older than \(limit.planText)",
            world: ["nothing was promoted; \(plan.source.endpoint) takes writes"],
            help: ["resume compares again; 'repeat' of 'verify' keeps a comparison fresh while a person thinks"],
            isPause: true)
    }
}
