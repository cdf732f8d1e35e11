import Execution
import PlanModel
import RESP

/// What a replica needs to log in to its primary: its settings `masteruser`, `masterauth` and `tls-replication`.
struct ReplicationCredentials: Sendable {
    /// The replica's settings before planrun changed them. It holds no secret: for `masterauth` it says only whether
    /// planrun changed it, and whether it was empty before.
    struct Prior: Codable, Equatable {
        enum Password: String, Codable {
            case untouched
            case wasEmpty = "was-empty"
            case replaced
        }

        var settings: [String: String] = [:]
        var password = Password.untouched
    }

    static let rights: [Right] = [.configSet]

    /// The rights of a replica that logs in to its primary with planrun's own user.
    static func rightsOfFollowers(of place: Rights.Place, _ settings: InstanceSettings) -> Rights {
        settings.access.password == nil ? .none : Rights(at: [place], Right.replication)
    }

    private var settings: [Setting] = []

    private struct Setting: Sendable {
        let name: String
        let value: String
        var isSecret = false
        /// Whether it is set only if there is no value yet.
        var isOnlyForEmpty = false

        /// The value as it may stand in a note: for a secret, a word in its place.
        var noted: String { isSecret ? ReplicationCredentials.secret : value }
    }

    /// Uses the credentials with which planrun logs in to the primary, unless the plan gives the replica its own.
    init(toFollow primary: Server, username: String? = nil, password: Secret? = nil) {
        let user = password == nil ? primary.settings.username : username
        if let password = password ?? primary.settings.password {
            settings.append(Setting(name: "masteruser", value: user ?? ""))
            settings.append(Setting(name: "masterauth", value: password.reveal(), isSecret: true))
        }
        if primary.settings.tls != nil { settings.append(Setting(name: "tls-replication", value: "yes")) }
    }

    /// The name of a user that no server has.
    static let nobody = "planrun-refused"

    /// Credentials that every primary refuses. A Redis or Valkey whose login is refused tries again a second later. One that
    /// logs in and is not served then, as at a Dragonfly, tries again at once, several hundred times a second, whoever has
    /// made it a replica. It gets a password, too, since a replica without one sends no name.
    static var refused: ReplicationCredentials {
        ReplicationCredentials(settings: [
            Setting(name: "masteruser", value: nobody),
            Setting(name: "masterauth", value: nobody, isSecret: true, isOnlyForEmpty: true),
        ])
    }

    private init(settings: [Setting]) { self.settings = settings }

    /// The replica's settings from before planrun changed them. Only those that `apply` will change, or has changed.
    func prior(on replica: Server) async throws(StepFailure) -> Prior {
        var prior = Prior()
        for change in try await changes(on: replica) where change.original != change.setting.noted {
            if change.setting.isSecret {
                prior.password = change.original == Self.empty ? .wasEmpty : .replaced
            } else {
                prior.settings[change.setting.name] = change.original
            }
        }
        return prior
    }

    func apply(to replica: Server) async throws(StepFailure) {
        let changes = try await changes(on: replica).filter { $0.now != $0.setting.value }
        guard !changes.isEmpty else { return }
        var noted: [String: SettingMark.Change] = [:]
        for change in changes {
            noted[change.setting.name] = SettingMark.Change(original: change.original, set: change.setting.noted)
        }
        for command in try await replica.marking(noted) { try await replica.ask(command) }
        for change in changes { try await replica.set(change.setting.name, to: change.setting.value) }
    }

    /// Restores what `apply` changed. If it replaced another password, that one is lost, and `masterauth` stays as it
    /// is.
    static func restore(_ prior: Prior, on replica: Server) async throws(StepFailure) {
        for (name, value) in prior.settings.sorted(by: { $0.key < $1.key }) { try await replica.set(name, to: value) }
        if prior.password == .wasEmpty { try await replica.set("masterauth", to: "") }
        try await keep(on: replica)
    }

    /// What of a recorded state is still to be restored: settings that have the values that `apply` gives them, or that
    /// the replica does not tell.
    func stillInPlace(_ prior: Prior, on replica: Server) async -> Prior {
        guard let now = try? await replica.settings(settings.map(\.name)) else { return prior }
        var prior = prior
        for setting in settings where now[setting.name] != setting.value {
            prior.settings[setting.name] = nil
            if setting.isSecret { prior.password = .untouched }
        }
        return prior
    }

    /// Removes the note about these settings from the replica, because they were restored or are meant to stay.
    static func keep(on replica: Server) async throws(StepFailure) {
        for command in try await replica.unmarking(names) { try await replica.ask(command) }
    }

    static let names = ["masteruser", "masterauth", "tls-replication"]
    /// The words that stand for a password in a note.
    static let (empty, replaced, secret) = ("empty", "replaced", "secret")

    private struct Change {
        let setting: Setting
        /// The value that the replica has now.
        let now: String
        /// The value before planrun changed it. For a password it is one of the words that stand for it.
        let original: String
    }

    private func changes(on replica: Server) async throws(StepFailure) -> [Change] {
        guard !settings.isEmpty else { return [] }
        let found = try await replica.settings(settings.map(\.name) + [SettingMark.setting])
        let mark = found[SettingMark.setting].map { SettingMark($0) }
        var changes: [Change] = []
        for setting in settings {
            guard let now = found[setting.name] else {
                // Dragonfly accepts TLS for replication only at start, and does not show the setting.
                if setting.name == "tls-replication" { continue }
                throw StepFailure(
                    code: .settingUnknown,
                    what: "\(replica.name) has no setting '\(setting.name)', which it needs to log in at its primary",
                    place: [replica.name], world: ["nothing was changed"])
            }
            if setting.isOnlyForEmpty, !now.isEmpty, now != setting.value { continue }
            changes.append(Change(setting: setting, now: now, original: original(of: setting, now: now, mark)))
        }
        return changes
    }

    /// What the setting was before planrun changed it. A note does not hold passwords, so it counts only if the replica
    /// has the password that planrun sets. Any other password was set by somebody else.
    private func original(of setting: Setting, now: String, _ mark: SettingMark?) -> String {
        guard setting.isSecret else { return mark?.original(of: setting.name, now: now) ?? now }
        guard now == setting.value else { return now.isEmpty ? Self.empty : Self.replaced }
        return mark?.original(of: setting.name, now: setting.noted) ?? setting.noted
    }
}
