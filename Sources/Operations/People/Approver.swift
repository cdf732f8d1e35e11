/// A question that a person is asked.
package struct ApprovalRequest: Sendable {
    package let step: String
    package let question: String
    /// Whether a yes leads to the point of no return. Then the person has to type a whole word.
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
    ///   because an answer counts only for the state in which the question was shown. It throws where the question must
    ///   not be asked any more.
    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval
}

package enum Approval: Sendable, Equatable {
    /// The person said yes, with how: `'cutover' at the terminal`, `--approve approval`.
    case given(String)
    case declined
    /// There is nobody to ask, because there is neither a terminal nor an `--approve`.
    case nobodyToAsk
}
