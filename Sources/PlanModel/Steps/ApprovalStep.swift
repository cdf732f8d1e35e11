/// Waits for a person to say yes.
package struct ApprovalStep: Sendable, Hashable {
    package var question: String

    package init(question: String) {
        self.question = question
    }
}
