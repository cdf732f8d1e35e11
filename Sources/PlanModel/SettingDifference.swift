internal import Values

/// A setting in which a step differs from another one of its kind.
package struct SettingDifference: Sendable, Equatable {
    /// As a plan spells it; of a check `backup`, or `memory.headroom` for one of its limits.
    package let key: String
    /// As a plan spells it, the default if the step does not say it; `nil` where nothing holds then.
    package let old: String?
    package let new: String?
    /// Whether the plan is weaker or stronger for it; `nil` where neither can be said.
    package let tendency: Tendency?

    /// `nil` if both are the same.
    fileprivate init?(_ key: String, _ weaker: Weaker?, from old: String?, to new: String?) {
        guard old != new else { return nil }
        self.key = key
        self.old = old
        self.new = new
        tendency = weaker?.tendency(from: old, to: new)
    }
}

extension Step {
    /// In which settings this step differs from another one of its kind, which an earlier version of its plan may have.
    /// The settings come in the order in which a plan is described, `timeout` and `retries` last.
    /// - Parameters:
    ///   - plan: the plan of this step; `earlier` is the plan of the other one.
    ///   - checks: the catalogue of checks.
    package func differences(
        from old: Step, in plan: Plan, earlier: Plan, checks: [CheckDeclaration]
    ) -> [SettingDifference] {
        var differences: [SettingDifference?]
        if case .preflight(let one) = old.kind, case .preflight(let two) = kind {
            differences = checks.flatMap { $0.differences(from: one.settings[$0.id], to: two.settings[$0.id]) }
        } else {
            let (one, two) = (old.values(in: earlier), values(in: plan))
            differences = kind.name.fieldLimits.map { key, weaker in
                SettingDifference(key, weaker, from: one[key], to: two[key])
            }
        }
        let (one, two) = (old.kind.declaration.defaults, kind.declaration.defaults)
        // With other settings a step can have another time without anybody having written one.
        if old.timeout != one.timeout || timeout != two.timeout {
            differences.append(
                SettingDifference(
                    CommonSettings.timeout.key, .higher, from: old.timeout?.planText, to: timeout?.planText))
        }
        if old.retries != one.retries || retries != two.retries {
            differences.append(
                SettingDifference(
                    CommonSettings.retries.key, .higher, from: String(old.retries), to: String(retries)))
        }
        return differences.compactMap(\.self)
    }

    /// The same step if its plan said nothing about it but what every step of the kind has to say.
    package var standard: Step {
        let defaults = kind.declaration.defaults
        return Step(
            id: id, kind: kind.standard, needs: needs, timeout: defaults.timeout, retries: defaults.retries,
            range: range)
    }

    /// The settings of the kind by their keys, with what holds where the step says nothing.
    private func values(in plan: Plan) -> [String: String] {
        var values = Dictionary(kind.declaration.spelledSettings.map { ($0.key, $0.value) }) { $1 }
        switch kind {
        case .monitor:
            if values["quorum"] == nil { values["quorum"] = plan.sentinel.map { String($0.endpoints.count / 2 + 1) } }
        case .verify:
            if values["keys"] == nil { values["keys"] = VerifyStep(data: .sample).keys.map { String($0) } }
        default: break
        }
        return values
    }
}

extension StepKind {
    fileprivate var standard: StepKind {
        switch self {
        case .preflight: .preflight(PreflightStep())
        case .monitor: .monitor(MonitorStep())
        case .backup: .backup(BackupStep())
        case .users: .users(UsersStep())
        case .replicaof: .replicaof(ReplicaOfStep())
        case .waitForSync: .waitForSync(WaitForSyncStep())
        case .verify: .verify(VerifyStep())
        case .approval: self
        case .failover: .failover(FailoverStep())
        case .watch: .watch(WatchStep())
        case .run(let step): .run(RunStep(command: step.command))
        case .decommission: .decommission(DecommissionStep())
        }
    }
}

extension StepKind.Name {
    /// The keys of the kind, each with the direction in which it becomes weaker.
    fileprivate var fieldLimits: [(key: String, weaker: Weaker?)] {
        settingsType.fields.map { ($0.key, $0.limit?.weaker) }
    }
}

extension CheckDeclaration {
    fileprivate func differences(from old: CheckSetting?, to new: CheckSetting?) -> [SettingDifference?] {
        [
            SettingDifference(
                id, CheckSeverity.weaker, from: (old?.severity ?? severity).rawValue,
                to: (new?.severity ?? severity).rawValue)
        ]
            + limits.map { limit in
                SettingDifference(
                    "\(id).\(limit.key)", limit.weaker, from: (old?.limits[limit.key] ?? limit.defaultValue).planText,
                    to: (new?.limits[limit.key] ?? limit.defaultValue).planText)
            }
    }
}
