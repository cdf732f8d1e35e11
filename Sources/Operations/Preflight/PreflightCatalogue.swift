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
        CommandsCheck.self,
        DroppedCommandsCheck.self,
        FunctionsCheck.self,
        ScriptsCheck.self,
        ModulesCheck.self,
        KeyspaceEventsCheck.self,
        DatabasesCheck.self,
        EvictionCheck.self,
        HashFieldTTLCheck.self,
        BigKeysCheck.self,
        ReplicaBufferCheck.self,
        BacklogCheck.self,
        ReplicationTimeoutCheck.self,
        SyncTimeCheck.self,
        ForkCheck.self,
        PersistenceCheck.self,
        BackupAgeCheck.self,
    ]

    /// What the plan language and the schema have to know of them.
    package static var declarations: [CheckDeclaration] { checks.map { $0.declaration } }
}
