extension StepKind {
    /// The step kinds of the language, as the plan spells them.
    package enum Name: String, Sendable, Hashable, CaseIterable {
        case preflight
        case monitor
        case backup
        case users
        case replicaof
        case waitForSync = "wait-for-sync"
        case verify
        case approval
        case failover

        /// Kinds of the language that a later version will know.
        static let planned = ["run", "decommission"]
    }

    package var name: Name {
        switch self {
        case .preflight: .preflight
        case .monitor: .monitor
        case .backup: .backup
        case .users: .users
        case .replicaof: .replicaof
        case .waitForSync: .waitForSync
        case .verify: .verify
        case .approval: .approval
        case .failover: .failover
        }
    }
}

extension StepKind.Name {
    /// How long one attempt may take if the plan does not say, and how often a step is tried again.
    ///
    /// | kind            | timeout | retries | why                                                                    |
    /// |-----------------|---------|---------|------------------------------------------------------------------------|
    /// | `preflight`     | 30s     | 0       | a few replies per check; a busy Dragonfly can take seconds for an INFO |
    /// | `monitor`       | 2m      | 0       | Sentinels say hello every 2 s and read a list of replicas every 10 s   |
    /// | `backup`        | 2h      | 0       | as long as a sync                                                      |
    /// | `users`         | 60s     | 0       | a few commands for each user                                            |
    /// | `replicaof`     | 60s     | 0       | Dragonfly answers after 20 s where a host drops its packets            |
    /// | `wait-for-sync` | 2h      | 0       | 300 GiB at 50 MiB/s                                                    |
    /// | `verify`        | 60s     | 0       | Sentinels that were in TILT (30 s) look again                          |
    /// | `approval`      | none    | 0       | a person                                                               |
    /// | `failover`      | 2m      | 3       | an attempt that did not catch up changed nothing                       |
    package var defaults: (timeout: Duration?, retries: Int) {
        switch self {
        case .preflight: (.seconds(30), 0)
        case .monitor: (.seconds(120), 0)
        case .backup: (.seconds(7_200), 0)
        case .users: (.seconds(60), 0)
        case .replicaof: (.seconds(60), 0)
        case .waitForSync: (.seconds(7_200), 0)
        case .verify: (.seconds(60), 0)
        case .approval: (nil, 0)
        case .failover: (.seconds(120), 3)
        }
    }

    /// For the schema: what an editor shows.
    var meaning: String {
        switch self {
        case .preflight: "Read-only checks before anything changes. {} runs all of them with their standard limits."
        case .monitor:
            "Puts a source that no Sentinel watches under the Sentinels of the plan. Undone by SENTINEL REMOVE."
        case .backup: "Saves the source's data on its disk (BGSAVE) and waits until that has ended well."
        case .users:
            "Brings the users that the source has and the target lacks to the target, with their passwords and rights. Undone by removing them."
        case .replicaof: "Makes the target a replica of the source. Undone by detaching it."
        case .waitForSync: "Waits until the target has everything the source has, and keeps up."
        case .verify: "Asks the servers whether the world is as it should be at this place of the plan."
        case .approval: "Waits for a person to say yes. The value is the question."
        case .failover: "The cutover: the target becomes the primary. The point of no return."
        }
    }
}
