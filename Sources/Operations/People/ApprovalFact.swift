/// One fact that a person has to know before saying yes, as it is at this moment.
package struct ApprovalFact: Sendable, Equatable {
    /// What the fact is about, such as `source` or `lag`. A fact is compared with the next one about the same subject.
    package let subject: String
    /// The fact as a person reads it.
    package let text: String
    /// The fact is shown again only when this differs. It leaves out numbers that move all the time.
    package let state: String

    package init(_ subject: String, _ text: String, state: String? = nil) {
        self.subject = subject
        self.text = text
        self.state = state ?? text
    }
}
