import Execution
import PlanModel
import RESP

/// What a replica needs to log in at its primary: `masteruser`, `masterauth` and `tls-replication` on the replica.
struct ReplicationCredentials: Sendable {
    /// How the replica was set before. Never a secret: of `masterauth` only what became of it.
    struct Prior: Codable, Equatable {
        enum Password: String, Codable {
            case untouched
            case wasEmpty = "was-empty"
            case replaced
        }

        var settings: [String: String] = [:]
        var password = Password.untouched
    }

    private var settings: [Setting] = []

    private struct Setting: Sendable {
        let name: String
        let value: String
        var isSecret = false
    }

    /// As planrun logs in at that server, unless the plan gives the replica credentials of its own.
    init(toFollow primary: Server, username: String? = nil, password: Secret? = nil) {
        let user = password == nil ? primary.settings.username : username
        if let password = password ?? primary.settings.password {
            settings.append(Setting(name: "masteruser", value: user ?? ""))
            settings.append(Setting(name: "masterauth", value: password.reveal(), isSecret: true))
        }
        if primary.settings.tls != nil { settings.append(Setting(name: "tls-replication", value: "yes")) }
    }

    /// How the replica is set now, as far as `apply` would change it.
    func prior(on replica: Server) async throws(StepFailure) -> Prior {
        var prior = Prior()
        for (setting, value) in try await changes(on: replica) {
            if setting.isSecret {
                prior.password = value.isEmpty ? .wasEmpty : .replaced
            } else {
                prior.settings[setting.name] = value
            }
        }
        return prior
    }

    func apply(to replica: Server) async throws(StepFailure) {
        for (setting, _) in try await changes(on: replica) { try await replica.set(setting.name, to: setting.value) }
    }

    /// Puts back what `apply` changed; a password that was replaced is known to nobody any more and stays.
    static func restore(_ prior: Prior, on replica: Server) async throws(StepFailure) {
        for (name, value) in prior.settings.sorted(by: { $0.key < $1.key }) { try await replica.set(name, to: value) }
        if prior.password == .wasEmpty { try await replica.set("masterauth", to: "") }
    }

    private func changes(on replica: Server) async throws(StepFailure) -> [(Setting, String)] {
        var changes: [(Setting, String)] = []
        for setting in settings {
            guard let prior = try await replica.setting(setting.name) else {
                // Dragonfly takes TLS for replication only at start, and does not show it.
                if setting.name == "tls-replication" { continue }
                throw StepFailure(
                    code: "setting-unknown",
                    what: "\(replica.name) has no setting '\(setting.name)', which it needs to log in at its primary",
                    place: [replica.name], world: ["nothing was changed"])
            }
            if prior != setting.value { changes.append((setting, prior)) }
        }
        return changes
    }
}
