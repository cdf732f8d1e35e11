import PlanModel

/// The commands that give a replica its credentials, before they are sent.
struct ForeseenCredentials: Sendable {
    typealias Word = ForeseenCommand.Word

    private struct Setting: Sendable {
        let name: String
        let value: Word
        var isSecret = false
        var isOnlyForEmpty = false

        var noted: String { isSecret ? ReplicationCredentials.secret : value.value ?? "" }
    }

    private var settings: [Setting] = []

    /// - Parameter primary: how planrun logs in there.
    init(toFollow primary: Access, username: String? = nil, password: SecretReference? = nil) {
        let user = password == nil ? primary.username : username
        if let password = password ?? primary.password {
            settings.append(Setting(name: "masteruser", value: .plain(user ?? "")))
            settings.append(Setting(name: "masterauth", value: .secret(password), isSecret: true))
        }
        if primary.tls != nil { settings.append(Setting(name: "tls-replication", value: "yes")) }
    }

    private init(settings: [Setting]) { self.settings = settings }

    static let refused = ForeseenCredentials(settings: [
        Setting(name: "masteruser", value: .plain(ReplicationCredentials.nobody)),
        Setting(
            name: "masterauth", value: .plain(ReplicationCredentials.nobody), isSecret: true, isOnlyForEmpty: true),
    ])

    func apply(to party: CommandScript.Party, _ why: String, in script: inout CommandScript) {
        let changes = settings.filter { setting in
            guard let now = script.setting(setting.name, of: party), now != setting.value else { return false }
            return !setting.isOnlyForEmpty || now.value?.isEmpty ?? true
        }
        guard !changes.isEmpty else { return }
        var noted: [String: SettingMark.Change] = [:]
        for setting in changes {
            noted[setting.name] = SettingMark.Change(
                original: original(of: setting, at: party, script), set: setting.noted)
        }
        script.note(noted, at: party)
        for setting in changes {
            let isOpen = script.setting(setting.name, of: party)?.value == nil
            script.set(
                setting.name, to: setting.value, at: party, why,
                condition: setting.isOnlyForEmpty && isOpen ? "if it has none" : nil)
        }
    }

    private func original(of setting: Setting, at party: CommandScript.Party, _ script: CommandScript) -> String {
        guard setting.isSecret else { return script.original(setting.name, of: party)?.value ?? "" }
        return script.setting(setting.name, of: party)?.value == ""
            ? ReplicationCredentials.empty : ReplicationCredentials.replaced
    }

    /// - Parameter before: how the replica was before they were applied.
    func restore(on party: CommandScript.Party, as before: CommandScript, in script: inout CommandScript) {
        for setting in settings.sorted(by: { $0.name < $1.name }) where !setting.isSecret {
            guard let original = before.original(setting.name, of: party), original != setting.value else { continue }
            script.set(setting.name, to: original, at: party, "as before")
        }
        for setting in settings where setting.isSecret {
            guard let original = before.setting(setting.name, of: party), original.value?.isEmpty ?? true,
                original != setting.value
            else { continue }
            script.set(
                setting.name, to: "", at: party, "as before",
                condition: original.value == nil ? "if it was empty before; another one is kept nowhere" : nil)
        }
        script.forget(ReplicationCredentials.names, at: party)
    }
}
