import PlanModel
import RESP
package import Rehearsal

/// Runs a test in a private world whose target answers as a real Dragonfly was recorded to.
///
/// Sentinels, source, writers and plans find the stand-in where the target would be; `lab.target` is the Redis behind.
package func withDragonflyLab<Result: Sendable>(
    _ description: LabDescription = LabDescription(), keep: Bool = false,
    _ body: @Sendable (Lab, DragonflyStandIn) async throws -> Result
) async throws -> Result {
    let standIn = try await DragonflyStandIn.listen()
    var description = description
    description.target.engine = .redis
    description.target.extraLines += [
        "replica-announce-ip \(standIn.address.host)", "replica-announce-port \(standIn.address.port)",
    ]
    do {
        let result = try await withLab(description, keep: keep) { lab in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await standIn.serve(inFrontOf: lab.target, lab.settings(for: lab.target)) }
                defer { group.cancelAll() }
                let front = Lab.Front(address: standIn.address, engine: .dragonfly)
                return try await body(lab.fronted(lab.target, by: front), standIn)
            }
        }
        await standIn.close()
        return result
    } catch {
        await standIn.close()
        throw error
    }
}
