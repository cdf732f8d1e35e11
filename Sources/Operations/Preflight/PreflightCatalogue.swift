package import PlanModel

/// All preflight checks, in the order they are shown. A new check is a new file and its line here.
package enum PreflightCatalogue {
    package static let checks: [any Check.Type] = [
        ReachableCheck.self,
        SourcePrimaryCheck.self,
        TargetFreeCheck.self,
        VersionsCheck.self,
        MemoryCheck.self,
        SentinelsAgreeCheck.self,
        QuorumReachedCheck.self,
        NoFailoverCheck.self,
        NoTiltCheck.self,
        OnlyCandidateCheck.self,
        WritePauseCheck.self,
    ]

    /// What the plan language and the schema have to know of them.
    package static var declarations: [CheckDeclaration] { checks.map { $0.declaration } }
}
