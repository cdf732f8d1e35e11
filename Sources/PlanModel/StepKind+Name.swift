extension StepKind {
    /// The step kinds of the language, as the plan spells them.
    package enum Name: String, Sendable, Hashable, CaseIterable {
        case preflight
        case replicaof
        case waitForSync = "wait-for-sync"
        case verify
        case approval
        case failover
    }

    package var name: Name {
        switch self {
        case .preflight: .preflight
        case .replicaof: .replicaof
        case .waitForSync: .waitForSync
        case .verify: .verify
        case .approval: .approval
        case .failover: .failover
        }
    }
}
