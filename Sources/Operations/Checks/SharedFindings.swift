import Execution
import PlanModel
import Synchronization

/// A check with the limits that apply to it.
struct AskedCheck: Sendable {
    let check: any Check
    let limits: CheckLimits

    var id: String { type(of: check).declaration.id }
}

/// What checks found that other checks rest on: all that ask at about the same time get the same answer.
final class SharedFindings: Sendable {
    private let answers = Mutex<[String: SharedAnswer<Finding>]>([:])

    /// - Throws: `StepFailure` if a server does not answer.
    func finding(_ asked: AskedCheck, _ servers: Servers) async throws -> Finding {
        let answer = answers.withLock { answers in
            let answer = answers[asked.id] ?? SharedAnswer<Finding>()
            answers[asked.id] = answer
            return answer
        }
        return try await answer.value(upTo: .seconds(2), clock: servers.clock) {
            try await asked.check.run(servers, limits: asked.limits)
        }
    }
}
