package import PlanModel

/// All preflight checks, in the order in which they are shown. To add a check, write a file and list it here.
package enum PreflightCatalogue {
    package static let checks: [any Check.Type] = [
        ReachableCheck.self,
        RoundTripCheck.self,
        CertificatesCheck.self,
        PlanrunRightsCheck.self,
        ReplicationLoginCheck.self,
        ReplicationRightsCheck.self,
        SentinelLoginCheck.self,
        SentinelRightsCheck.self,
        UsersCheck.self,
        UnusedUsersCheck.self,
        RenamedCommandsCheck.self,
        TargetAddressCheck.self,
        TargetNATCheck.self,
        HostNamesCheck.self,
        SourcePrimaryCheck.self,
        TargetFreeCheck.self,
        ConfigFilesCheck.self,
        FollowsAgainCheck.self,
        VersionsCheck.self,
        MemoryCheck.self,
        TargetTakesWritesCheck.self,
        SentinelsAgreeCheck.self,
        QuorumReachedCheck.self,
        NoFailoverCheck.self,
        NoTiltCheck.self,
        OnlyCandidateCheck.self,
        WritePauseCheck.self,
        KnownSentinelsCheck.self,
        ForeignSentinelsCheck.self,
        DeadSentinelsCheck.self,
        DeadReplicasCheck.self,
        SentinelSettingsCheck.self,
        SentinelReplicasCheck.self,
        TargetPriorityCheck.self,
        FailoverTimeoutCheck.self,
        FailoverGuardCheck.self,
        SentinelScriptsCheck.self,
        SentinelAwareCheck.self,
        BlockedClientsCheck.self,
        SubscribersCheck.self,
        MonitoringClientsCheck.self,
        ToolReplicasCheck.self,
        CommandsCheck.self,
        DroppedCommandsCheck.self,
        FunctionsCheck.self,
        ScriptsCheck.self,
        ModulesCheck.self,
        KeyspaceEventsCheck.self,
        DatabasesCheck.self,
        FollowersCheck.self,
        WayBackCheck.self,
        EvictionCheck.self,
        ExpiryCheck.self,
        HashFieldTTLCheck.self,
        BigKeysCheck.self,
        StringLengthCheck.self,
        ReplicaBufferCheck.self,
        BacklogCheck.self,
        ReplicationTimeoutCheck.self,
        SyncTimeCheck.self,
        ForkCheck.self,
        PersistenceCheck.self,
        BackupAgeCheck.self,
    ]

    /// The declarations of all checks, for the plan language and the schema.
    package static var declarations: [CheckDeclaration] { checks.map { $0.declaration } }

    /// Of those that make sense for this plan, whether or not it turns them off.
    package static func declarations(for plan: Plan) -> [CheckDeclaration] {
        checks.filter { $0.applies(to: plan) }.map { $0.declaration }
    }
}
