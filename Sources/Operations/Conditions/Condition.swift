package import Execution
package import PlanModel

/// Something that must hold from the moment when the target follows the source until the cutover, and that nobody but
/// planrun watches. Examples: the source is still the same process; no Sentinel of another group has appeared.
///
/// Conditions are checked right after `replicaof`, while `wait-for-sync` and an approval wait, by a `verify` before the
/// cutover, and once more right before writes are held back. They only read.
package protocol Condition: Sendable {
    /// - Parameter baseline: what was read when the target began to follow; `nil` if that is not on record.
    /// - Returns: `nil` if the condition holds; otherwise the failure with which the step that checks it should end.
    /// - Throws: `StepFailure` if a server does not answer.
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure?
    /// The rights for the condition's own questions. `Servers.rights` covers what planrun sends for every plan.
    func rights(in plan: Plan) -> Rights
}

extension Condition {
    package func rights(in plan: Plan) -> Rights { .none }
}

/// All conditions. To add one, write a file in this folder and list it here.
package enum Conditions {
    /// In the order in which violations are reported: a cause stands before its consequences.
    static let all: [any Condition] = [
        SourceNotReplaced(),
        SourceRunsOn(),
        SourceNotEmptied(),
        StreamUnbroken(),
        NothingRefused(),
        TargetTakesWrites(),
        TargetRegistration(),
        ForeignSentinelsCondition(),
        SoleRunCondition(),
    ]

    /// The rights for the questions of all conditions.
    static func rights(_ plan: Plan) -> Rights { .sum(all.map { $0.rights(in: plan) }) }

    /// Checks all conditions at the same time.
    /// - Returns: the first violation in the order of `all`; `nil` if all conditions hold.
    /// - Throws: `StepFailure` if a server does not answer and no condition is violated.
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

    /// Checks all conditions against the baseline on record.
    package static func violation(_ servers: Servers, _ context: StepContext) async throws -> StepFailure? {
        try await violation(servers, since: RunBaseline.recorded(servers.plan, context))
    }

    /// Stops a step that must not go on while a condition is violated.
    /// - Throws: the violation, or `StepFailure` if a server does not answer.
    package static func check(_ servers: Servers, _ context: StepContext) async throws {
        if let violation = try await violation(servers, context) { throw violation }
    }
}
