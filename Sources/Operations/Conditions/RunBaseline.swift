import Execution
import PlanModel

/// What the servers were like when the target began to follow the source. Conditions compare with it until the handover.
///
/// It is taken before `REPLICAOF` is sent, or when the target is found following already, and left for later
/// steps in the result of `replicaof`: a run that is resumed days later compares with the same values.
package struct RunBaseline: Codable, Equatable, Sendable {
    /// - Returns: `nil` where the run has not come to `replicaof` yet.
    static func recorded(_ plan: Plan, _ context: StepContext) throws -> RunBaseline? {
        guard let step = plan.steps.first(where: { $0.kind.name == .replicaof }) else { return nil }
        return try context.memo(of: step.id)?.decode(RunBaseline.self)
    }

    /// Asks the servers.
    static func read(_ servers: Servers) async throws -> RunBaseline {
        RunBaseline()
    }
}
