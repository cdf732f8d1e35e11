import Escaping

/// What a node that has succeeded reports.
package struct StepResult: Sendable, Equatable, Codable {
    package enum Verdict: String, Sendable, Equatable, Codable {
        case passed, warned
    }

    package var verdict: Verdict
    /// One line for a person: `the target follows 10.0.0.1:6379`.
    package var summary: String
    /// For a warning: what to do about it.
    package var help: [String]
    /// Measurements and facts by name, for `status` and events.
    package var facts: [String: StateValue]
    /// Facts for later steps, and for this one in a resumed run; no person reads them. See `StepContext.memo(of:)`.
    package var memo: StateValue?

    /// Every text may repeat what a server said; it is escaped here.
    package init(
        _ summary: String, verdict: Verdict = .passed, help: [String] = [], facts: [String: StateValue] = [:],
        memo: StateValue? = nil
    ) {
        self.verdict = verdict
        self.summary = VisibleText.escape(summary)
        self.help = help.map(VisibleText.escape)
        self.facts = facts
        self.memo = memo
    }
}
