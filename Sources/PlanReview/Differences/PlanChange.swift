package import PlanModel

/// One thing in which two versions of a plan differ, by what they mean.
package struct PlanChange: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case added, removed, renamed, moved
        /// A step waits for other steps than before.
        case rewired
        /// A setting has another value.
        case changed
    }

    package let kind: Kind
    /// What it is about: `source`, `rollback`, `step 'failover'`, `plan`.
    package let subject: String
    /// The key of the setting, such as `write-pause` or `memory.headroom`; `nil` if the whole subject is meant.
    package let setting: String?
    /// As a plan spells it; `nil` where the setting is left out, and for secrets.
    package let old: String?
    package let new: String?
    /// Whether the plan catches less after it, or more; `nil` for a change that is neither.
    package let tendency: Tendency?
    /// What follows from it for the failover, in words that follow the change: `'failover' no longer waits for 'data'`.
    package let effect: String?

    init(
        _ kind: Kind, _ subject: String, _ setting: String? = nil, from old: String? = nil, to new: String? = nil,
        tendency: Tendency? = nil, effect: String? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.setting = setting
        self.old = old
        self.new = new
        self.tendency = tendency
        self.effect = effect
    }

    /// What a plan is described by where it says nothing.
    static let absent = "not set"
}

extension PlanChange {
    /// The change in a line, without its subject: `'write-pause' 2s → 5s`.
    package var sentence: String {
        let values = "\(old ?? Self.absent) → \(new ?? Self.absent)"
        switch kind {
        case .added: return new.map { "added: \($0)" } ?? "added"
        case .removed: return old.map { "removed: \($0)" } ?? "removed"
        case .renamed: return "renamed to '\(new ?? "")'"
        case .moved: return "moved: now after \(new ?? "no other step"), before after \(old ?? "no other step")"
        case .rewired: return "waits for \(new ?? "no other step") instead of \(old ?? "no other step")"
        case .changed:
            let name = setting.map { "'\($0)' " } ?? ""
            return old == nil && new == nil ? name + "is another one" : name + values
        }
    }
}
