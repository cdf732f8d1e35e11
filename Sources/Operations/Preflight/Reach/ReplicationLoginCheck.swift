import Execution
import PlanModel
import RESP

/// The source accepts the login with which the target will follow it. planrun tries the login from its own machine, so
/// it does not notice if the source admits only some addresses.
struct ReplicationLoginCheck: Check {
    static let declaration = CheckDeclaration(
        id: "replication-login", title: "the source takes the login of the target")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let login = try await ReplicationLogin(servers)
        let source = servers.source
        // Where planrun itself is refused, that is the cause.
        try await source.ask(["INFO", "server"])
        var settings = source.settings
        (settings.username, settings.password) = (login.username, login.password)
        do {
            try await servers.withSession(source, settings) { try await $0.replies(to: [["PING"]]) }
        } catch let failure as StepFailure where failure.code == .session(.authenticationFailed) {
            return .missed(
                "the source refuses the target, which would log in as \(login.userTitle): \(failure.what)",
                wants: "a login that the source takes", at: [source.name],
                remedy: [
                    login.isOfPlan(servers)
                        ? "correct 'username' and 'password' of 'replicaof' in the plan, or of 'source' if it has none"
                        : "empty masterauth and masteruser on \(servers.target.endpoint), or set them to what the source takes"
                ])
        }
        guard login.password != nil else { return .passed("the target needs no login at the source") }
        return .passed("the source takes the target as \(login.userTitle)")
    }
}

extension ReplicationLogin {
    /// Whether the plan says with which user the target logs in to the source.
    fileprivate func isOfPlan(_ servers: Servers) -> Bool {
        servers.replicationPassword != nil || servers.source.settings.password != nil
    }
}
