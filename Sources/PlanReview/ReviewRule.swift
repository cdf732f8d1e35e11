package import Diagnostics

/// Something that a careful reviewer looks for in a plan. A new rule is a file in `Rules/` and its line in
/// `RuleCatalogue`.
package protocol ReviewRule: Sendable {
    static var declaration: RuleDeclaration { get }

    /// What the rule finds, in any order. It looks at nothing but the plan.
    static func findings(in review: PlanUnderReview) -> [RuleFinding]
}

/// What a rule says about itself.
package struct RuleDeclaration: Sendable, Hashable, Identifiable {
    package let id: String
    package let severity: Diagnostic.Severity
    /// What it finds, in one line: `no backup is made before the first change`.
    package let summary: String
    /// Why that matters, in whole sentences.
    package let reason: String
    /// What to write instead, in one line.
    package let remedy: String

    package init(
        _ id: String, _ severity: Diagnostic.Severity, _ summary: String, reason: String, remedy: String
    ) {
        self.id = id
        self.severity = severity
        self.summary = summary
        self.reason = reason
        self.remedy = remedy
    }

    package var topic: DiagnosticTopic { DiagnosticTopic(id: id, summary: summary, reason: reason) }
}

/// One place in a plan to which a rule objects.
package struct RuleFinding: Sendable {
    /// Lower case, no full stop, names in 'single quotes'.
    package let message: String
    package let range: SourceRange
    package let label: String?
    package let labels: [Diagnostic.Label]
    /// What to do here; `nil` for the remedy that the rule declares.
    package let help: String?
    package let fix: Diagnostic.Fix?

    package init(
        _ message: String, at range: SourceRange, label: String? = nil, labels: [Diagnostic.Label] = [],
        help: String? = nil, fix: Diagnostic.Fix? = nil
    ) {
        self.message = message
        self.range = range
        self.label = label
        self.labels = labels
        self.help = help
        self.fix = fix
    }
}
