/// One thing that a person has to know who says yes, as it is at this moment.
package struct ApprovalFact: Sendable, Equatable {
    /// What it is about: `source`, `lag`. One fact is compared with the next one about the same.
    package let subject: String
    /// For a person.
    package let text: String
    /// What has to differ for it to be told again; numbers that always move are left out.
    package let state: String

    package init(_ subject: String, _ text: String, state: String? = nil) {
        self.subject = subject
        self.text = text
        self.state = state ?? text
    }
}
