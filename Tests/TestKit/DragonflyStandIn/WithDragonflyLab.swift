import PlanModel
import RESP
package import Rehearsal
import Values

/// Runs a test in a private world whose target answers as a real Dragonfly was recorded to answer.
///
/// Sentinels, source, writers and plans connect to the stand-in as the target; `lab.target` is the Redis behind it.
/// - Parameter setup: how the Dragonfly was started; `nil` is the set-up that a private world with this description
///   would use.
/// - Throws: `UnrecordedQuestions` if anybody asked what the record does not answer.
package func withDragonflyLab<Result: Sendable>(
    _ description: LabDescription = LabDescription(), setup: Situation.Setup? = nil, keep: Bool = false,
    _ body: @Sendable (Lab, DragonflyStandIn) async throws -> Result
) async throws -> Result {
    await waitForPromptTasks()
    let standIn = try await DragonflyStandIn.listen(setup ?? Situation.Setup(description))
    var description = description
    description.target.engine = .redis
    description.target.extraLines += [
        "replica-announce-ip \(standIn.address.host)", "replica-announce-port \(standIn.address.port)",
    ]
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(
            try await withPlainLab(description, keep: keep) { lab in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await standIn.serve(inFrontOf: lab.settings(for: lab.target)) }
                    defer { group.cancelAll() }
                    let front = Lab.Front(address: standIn.address, engine: .dragonfly)
                    return try await AfterRestart.checked(lab.fronted(lab.target, by: front)) {
                        try await body($0, standIn)
                    }
                }
            })
    } catch {
        outcome = .failure(error)
    }
    return try await standIn.close(after: outcome)
}

extension Situation.Setup {
    /// The set-up with which a private world would start its Dragonfly.
    init(_ description: LabDescription) {
        let hasUsers = !description.applicationUsers.isEmpty || description.replicationUser != nil
        switch description.target.login {
        case .user: self = .users
        case _ where hasUsers: self = .users
        case .password: self = .password
        case .open: self = .bare
        }
    }
}
