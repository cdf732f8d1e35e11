/// What a person is asked.
package struct ApprovalRequest: Sendable {
    package let step: String
    package let question: String
    /// Whether a yes leads to the point of no return: it is given by a whole word then.
    package let isBeforeCutover: Bool

    package init(step: String, question: String, isBeforeCutover: Bool) {
        self.step = step
        self.question = question
        self.isBeforeCutover = isBeforeCutover
    }
}

/// Asks a person, and says how they answered.
package protocol Approver: Sendable {
    /// - Parameter facts: what is true at this moment, read anew each time. Asked again and again while a person thinks:
    ///   an answer counts for the world in which the question was shown. It throws where nothing is to be asked any more.
    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval
}

package enum Approval: Sendable, Equatable {
    /// How it was given: `'cutover' at the terminal`, `--approve approval`.
    case given(String)
    case declined
    /// There is nobody to ask: no terminal, and no `--approve`.
    case nobodyToAsk
}
