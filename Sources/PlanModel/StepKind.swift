/// The catalogue of step kinds. A new kind needs a file in `Steps/`, its four lines here, and a line in the catalogue
/// of `Operations`, which says how the kind is carried out. The compiler reports each of them that is missing.
package enum StepKind: Sendable, Hashable {
    case preflight(PreflightStep)
    case monitor(MonitorStep)
    case backup(BackupStep)
    case users(UsersStep)
    case replicaof(ReplicaOfStep)
    case waitForSync(WaitForSyncStep)
    case verify(VerifyStep)
    case approval(ApprovalStep)
    case failover(FailoverStep)
    case watch(WatchStep)
    case run(RunStep)
    case decommission(DecommissionStep)

    /// The names of the step kinds, as a plan spells them, in the order in which schema and messages list them.
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
        case watch
        case run
        case decommission

        var settingsType: any StepSettings.Type {
            switch self {
            case .preflight: PreflightStep.self
            case .monitor: MonitorStep.self
            case .backup: BackupStep.self
            case .users: UsersStep.self
            case .replicaof: ReplicaOfStep.self
            case .waitForSync: WaitForSyncStep.self
            case .verify: VerifyStep.self
            case .approval: ApprovalStep.self
            case .failover: FailoverStep.self
            case .watch: WatchStep.self
            case .run: RunStep.self
            case .decommission: DecommissionStep.self
            }
        }
    }

    package var declaration: any StepDeclaration {
        switch self {
        case .preflight(let step): step
        case .monitor(let step): step
        case .backup(let step): step
        case .users(let step): step
        case .replicaof(let step): step
        case .waitForSync(let step): step
        case .verify(let step): step
        case .approval(let step): step
        case .failover(let step): step
        case .watch(let step): step
        case .run(let step): step
        case .decommission(let step): step
        }
    }
}

extension StepKind {
    package var name: Name { type(of: declaration).name }
}

extension StepKind.Name {
    package var defaults: StepDefaults { settingsType.defaults }
    var meaning: String { settingsType.meaning }
    var fieldKeys: [String] { settingsType.fields.map(\.key) }
}

extension Step {
    /// The settings of the step, defaults included, spelt as in a plan: `max-lag`, `64KiB`. `timeout` and `retries`
    /// come last, if the step has them.
    package var settings: [(key: String, value: String)] {
        let common = [
            timeout.map { CommonSettings.timeout.setting($0) },
            retries > 0 ? CommonSettings.retries.setting(retries) : nil,
        ]
        return kind.declaration.spelledSettings + common.compactMap(\.self)
    }
}
