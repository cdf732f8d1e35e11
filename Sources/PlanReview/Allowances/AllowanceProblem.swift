import Diagnostics

/// What can be wrong with a comment that silences a rule. A review says so as it says what rules find.
enum AllowanceProblem: CaseIterable {
    case withoutReason
    case unknownRule
    case unused
    case unknownWord

    var declaration: RuleDeclaration {
        switch self {
        case .withoutReason:
            RuleDeclaration(
                "allow-without-reason", .warning, "a comment silences a rule without a reason",
                reason:
                    "Whoever reads the plan next cannot tell whether the reason still holds. Such a comment silences nothing.",
                remedy: "write why: '# planrun: allow RULE: …'")
        case .unknownRule:
            RuleDeclaration(
                "allow-unknown-rule", .warning, "a comment silences a rule that does not exist",
                reason: "The rule that was meant is not silenced, or there is none any more.",
                remedy: "'planrun lint --list' shows all rules")
        case .unused:
            RuleDeclaration(
                "allow-unused", .warning, "a comment silences a rule that finds nothing there",
                reason:
                    "The comment speaks of something that is no longer in the plan, and would silence it if it came back.",
                remedy: "remove it")
        case .unknownWord:
            RuleDeclaration(
                "unknown-directive", .warning, "a comment for planrun says something that planrun does not know",
                reason: "A comment that begins with 'planrun:' is meant to do something. This one does nothing.",
                remedy: "write '# planrun: allow RULE: reason'")
        }
    }
}
