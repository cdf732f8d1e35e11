extension Step {
    /// What the step does with which values, defaults included, spelt as a plan would: `max-lag`, `64KiB`. `timeout`
    /// and `retries` come last, where there are any.
    package var settings: [(key: String, value: String)] {
        let common = [
            timeout.map { CommonSettings.timeout.setting($0) },
            retries > 0 ? CommonSettings.retries.setting(retries) : nil,
        ]
        return kind.settings.spelledSettings + common.compactMap(\.self)
    }
}

extension StepKind {
    var settings: any StepSettings {
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
        }
    }
}
