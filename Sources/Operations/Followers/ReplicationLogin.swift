import Execution
import PlanModel
import RESP

/// The user with which the target logs in to the source: the plan's, otherwise the one that is set at the target.
struct ReplicationLogin: Sendable {
    /// `nil` stands for the user `default`.
    let username: String?
    /// `nil` if the target will not log in.
    let password: Secret?

    /// Reads the login from the plan or from the target. The password is never shown.
    init(_ servers: Servers) async throws(StepFailure) {
        if let password = servers.replicationPassword {
            self.init(username: servers.plan.replicationUsername, password: password)
        } else if let password = servers.source.settings.password {
            self.init(username: servers.source.settings.username, password: password)
        } else {
            let target = servers.target
            let name = try await target.setting("masteruser").flatMap { $0.isEmpty ? nil : $0 }
            let password = try await target.setting("masterauth").flatMap { $0.isEmpty ? nil : $0 }
            self.init(username: name, password: password.map { Secret($0) })
        }
    }

    private init(username: String?, password: Secret?) {
        self.username = username
        self.password = password
    }

    var userTitle: String { "'\((username ?? "default").printable)'" }
}

extension Plan {
    fileprivate var replicationUsername: String? {
        for step in steps { if case .replicaof(let following) = step.kind { return following.username } }
        return nil
    }
}
