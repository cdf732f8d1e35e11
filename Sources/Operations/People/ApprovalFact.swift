/// One fact that a person has to know before saying yes, as of this moment.
package struct ApprovalFact: Sendable, Equatable {
    /// What the fact is about, such as `source` or `lag`. A new fact is compared with the last one about the same
    /// subject.
    package let subject: String
    /// The text that the person reads.
    package let text: String
    /// The fact is shown again only when this changes. It leaves out numbers that change all the time.
    package let state: String

    package init(_ subject: String, _ text: String, state: String? = nil) {
        self.subject = subject
        self.text = text
        self.state = state ?? text
    }
}
