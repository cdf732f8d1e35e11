import PlanModel

/// A check with the limits that apply to it.
struct AskedCheck: Sendable {
    let check: any Check
    let limits: CheckLimits

    var id: String { type(of: check).declaration.id }
}

extension Servers {
    /// What a check found that other checks rest on. All that ask at about the same time get the same answer.
    /// - Throws: `StepFailure` if a server does not answer.
    func finding(_ asked: AskedCheck) async throws -> Finding {
        try await sharedAnswers.answer(Finding.self, about: asked.id).value(upTo: .seconds(2), clock: clock) {
            try await asked.check.run(self, limits: asked.limits)
        }
    }
}
