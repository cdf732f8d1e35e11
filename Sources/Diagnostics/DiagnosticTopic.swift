/// What a diagnostic is about, whoever found it: a mistake that a reader reports, or what a rule of a review is for.
package struct DiagnosticTopic: Sendable, Hashable, Identifiable {
    /// The word that messages show in brackets. Scripts match it, documents link to it.
    package let id: String
    /// What a diagnostic on this topic says, in one line.
    package let summary: String
    /// Why it matters, for somebody who doubts it; `nil` where the summary says enough.
    package let reason: String?
    /// The mistake, if a reader found it.
    package let mistake: DiagnosticCode?

    package init(id: String, summary: String, reason: String) {
        self.id = id
        self.summary = summary
        self.reason = reason
        self.mistake = nil
    }

    package init(_ mistake: DiagnosticCode) {
        self.id = mistake.rawValue
        self.summary = mistake.summary
        self.reason = nil
        self.mistake = mistake
    }
}
