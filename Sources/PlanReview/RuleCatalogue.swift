/// The catalogue of rules, in the order in which the guide lists them.
package enum RuleCatalogue {
    package static let rules: [any ReviewRule.Type] = [
        NoPreflightRule.self,
        NoVerifyRule.self,
        NoComparisonRule.self,
        NoBackupRule.self,
        StaleBackupRule.self,
        NoApprovalRule.self,
        LateApprovalRule.self,
        UnawaitedStepRule.self,
        CheckOffRule.self,
        CheckWeakenedRule.self,
        LimitLoosenedRule.self,
        ManyRetriesRule.self,
        NoRetriesRule.self,
        ShortTimeoutRule.self,
        LongTimeoutRule.self,
        WritePauseRule.self,
        SingleSentinelRule.self,
        EvenSentinelsRule.self,
        QuorumOneRule.self,
        QuorumUnreachableRule.self,
        AnnounceAloneRule.self,
        ShutdownRule.self,
        NoTLSRule.self,
        PasswordInClearRule.self,
        TLSLostRule.self,
        WebhookInClearRule.self,
        SwappedSecretsRule.self,
        LoopbackRule.self,
        ReplaceDataRule.self,
        RunWithoutUndoRule.self,
        RunWithoutCheckRule.self,
        RunThroughShellRule.self,
        NoWayBackRule.self,
        OneWayEnginesRule.self,
        DecommissionAtOnceRule.self,
        FailureLeftRule.self,
        ReplicasLeftRule.self,
        NoDescriptionRule.self,
    ]

    /// What the rules say about themselves, and after them what a review says about the comments that silence them.
    package static var declarations: [RuleDeclaration] {
        rules.map { $0.declaration } + AllowanceProblem.allCases.map(\.declaration)
    }
}
