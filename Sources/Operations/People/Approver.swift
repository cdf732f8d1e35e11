/// A question that a person is asked.
package struct ApprovalRequest: Sendable {
    package let step: String
    package let question: String
    /// Whether the cutover comes after this question. Then the person has to type a whole word, because a yes leads to
    /// the point of no return.
    package let isBeforeCutover: Bool

    package init(step: String, question: String, isBeforeCutover: Bool) {
        self.step = step
        self.question = question
        self.isBeforeCutover = isBeforeCutover
    }
}

/// Asks a person and returns the answer.
package protocol Approver: Sendable {
    /// - Parameter facts: reads what is true at this moment. It is called again and again while the person thinks,
    ///   because an answer counts only for the state that the person was shown. It throws if the question must be
    ///   withdrawn.
    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval

    /// How a person said yes to a step before it began, as `--approve watch`; `nil` if nobody did.
    func approvedInAdvance(_ step: String) -> String?

    /// Whether a command that was cut off was done, which neither the record nor a server can tell; `nil` if nobody
    /// says.
    func verdict(on step: String, command: String) async throws -> HookVerdict?
}

extension Approver {
    package func approvedInAdvance(_ step: String) -> String? { nil }
}

/// For who only looks: nobody is asked.
package struct NobodyApproves: Approver {
    package init() {}

    package func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval { .nobodyToAsk }
}

package enum Approval: Sendable, Equatable {
    /// The person said yes. The text says how: `'cutover' at the terminal`, `--approve approval`.
    case given(String)
    case declined
    /// Nobody can be asked, because there is neither a terminal nor an `--approve`.
    case nobodyToAsk
}

/// What a person says of a command that was cut off in the middle.
package enum HookVerdict: Sendable, Equatable {
    /// It was done. The text says how the person told: `--done dns`.
    case done(String)
    /// It is to be run again.
    case again
}

extension Approver {
    /// For an approver that cannot be asked.
    package func verdict(on step: String, command: String) async throws -> HookVerdict? { nil }
}
