import Execution
import PlanModel
import RESP

/// What a replica needs to log in at its primary: `masteruser`, `masterauth` and `tls-replication` on the replica.
struct ReplicationCredentials: Sendable {
    /// How the replica was set before. It holds no secret: of `masterauth` it tells only what became of it.
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

    /// What a replica sends to its primary when it logs in there as planrun does.
    static func rightsOfFollowers(of place: Rights.Place, _ settings: InstanceSettings) -> Rights {
        settings.access.password == nil ? .none : Rights(at: [place], Right.replication)
    }

    private var settings: [Setting] = []

    private struct Setting: Sendable {
        let name: String
        let value: String
        var isSecret = false

        /// The value as a note may show it: a word instead of a secret.
        var noted: String { isSecret ? ReplicationCredentials.secret : value }
    }

    /// Takes the credentials with which planrun logs in at the primary, unless the plan gives the replica credentials
    /// of its own.
    init(toFollow primary: Server, username: String? = nil, password: Secret? = nil) {
        let user = password == nil ? primary.settings.username : username
        if let password = password ?? primary.settings.password {
            settings.append(Setting(name: "masteruser", value: user ?? ""))
            settings.append(Setting(name: "masterauth", value: password.reveal(), isSecret: true))
        }
        if primary.settings.tls != nil { settings.append(Setting(name: "tls-replication", value: "yes")) }
    }

    /// How the replica is set without planrun, as far as `apply` changes that or has changed it.
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

    /// Puts back what `apply` changed. A password that was replaced is not known any more, so `masterauth` stays as it
    /// is then.
    static func restore(_ prior: Prior, on replica: Server) async throws(StepFailure) {
        for (name, value) in prior.settings.sorted(by: { $0.key < $1.key }) { try await replica.set(name, to: value) }
        if prior.password == .wasEmpty { try await replica.set("masterauth", to: "") }
        try await keep(on: replica)
    }

    /// Takes the note of these settings off the replica: what was set stays for good, or was put back.
    static func keep(on replica: Server) async throws(StepFailure) {
        for command in try await replica.unmarking(names) { try await replica.ask(command) }
    }

    private static let names = ["masteruser", "masterauth", "tls-replication"]
    /// What a note says of a password instead of the password.
    private static let (empty, replaced, secret) = ("empty", "replaced", "secret")

    private struct Change {
        let setting: Setting
        /// The value that the replica has now.
        let now: String
        /// The value before planrun changed it; for a password, the word that is noted instead.
        let original: String
    }

    private func changes(on replica: Server) async throws(StepFailure) -> [Change] {
        guard !settings.isEmpty else { return [] }
        let found = try await replica.settings(settings.map(\.name) + [SettingMark.setting])
        let mark = found[SettingMark.setting].map { SettingMark($0) }
        var changes: [Change] = []
        for setting in settings {
            guard let now = found[setting.name] else {
                // Dragonfly takes TLS for replication only at start, and does not show it.
                if setting.name == "tls-replication" { continue }
                throw StepFailure(
                    code: .settingUnknown,
                    what: "\(replica.name) has no setting '\(setting.name)', which it needs to log in at its primary",
                    place: [replica.name], world: ["nothing was changed"])
            }
            changes.append(Change(setting: setting, now: now, original: original(of: setting, now: now, mark)))
        }
        return changes
    }

    /// What the setting was before planrun changed it. The value of a password is only at the replica: if it is the one
    /// that planrun would set, planrun has set it.
    private func original(of setting: Setting, now: String, _ mark: SettingMark?) -> String {
        guard setting.isSecret else { return mark?.original(of: setting.name, now: now) ?? now }
        guard now == setting.value else { return now.isEmpty ? Self.empty : Self.replaced }
        return mark?.original(of: setting.name, now: setting.noted) ?? setting.noted
    }
}
