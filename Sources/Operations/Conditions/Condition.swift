package import Execution
package import PlanModel

/// Something that must hold from the moment at which the target follows the source until the cutover, and that nobody
/// but planrun watches. Examples: the source is still the same process; no Sentinel of another group has appeared.
///
/// Conditions are asked right after `replicaof`, while `wait-for-sync` and an approval wait, by a `verify` before the
/// cutover, and once more right before writes are held back. They read and change nothing.
package protocol Condition: Sendable {
    /// - Parameter baseline: what was read when the target began to follow; `nil` where that is not on record.
    /// - Returns: why the condition does not hold any more, as the failure of the step that asks; `nil` where it holds.
    /// - Throws: `StepFailure` where a server does not answer.
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure?
    /// The rights for what the condition sends besides what planrun sends for every plan (`Servers.rights`).
    func rights(in plan: Plan) -> Rights
}

extension Condition {
    package func rights(in plan: Plan) -> Rights { .none }
}

/// All conditions. A new one is a new file in this folder and its line here.
package enum Conditions {
    /// In the order in which violations are reported: causes before what follows from them.
    static let all: [any Condition] = [
        SourceRunsOn(),
        SourceNotEmptied(),
        StreamUnbroken(),
        NothingRefused(),
        TargetTakesWrites(),
        TargetRegistration(),
        ForeignSentinelsCondition(),
        SoleRunCondition(),
    ]

    /// The rights for what all conditions send besides what planrun sends for every plan.
    static func rights(_ plan: Plan) -> Rights { .sum(all.map { $0.rights(in: plan) }) }

    /// Asks all conditions at the same time.
    /// - Returns: the first violation in the order of `all`; `nil` where all conditions hold.
    /// - Throws: `StepFailure` where a server does not answer and no condition is violated.
    package static func violation(
        _ servers: Servers, since baseline: RunBaseline?
    ) async throws -> StepFailure? {
        let answers = try await all.atOnce { condition -> Result<StepFailure?, any Error> in
            do {
                return .success(try await condition.violation(servers, since: baseline))
            } catch {
                return .failure(error)
            }
        }
        for case .success(let violation?) in answers { return violation }
        for answer in answers { _ = try answer.get() }
        return nil
    }

    /// Asks all conditions with the baseline that is on record.
    package static func violation(_ servers: Servers, _ context: StepContext) async throws -> StepFailure? {
        try await violation(servers, since: RunBaseline.recorded(servers.plan, context))
    }

    /// Stops a step that may not go on while a condition is violated.
    /// - Throws: the violation.
    package static func check(_ servers: Servers, _ context: StepContext) async throws {
        if let violation = try await violation(servers, context) { throw violation }
    }
}
