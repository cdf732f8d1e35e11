import Execution
import RESP

extension RightsInquiry {
    /// Whether the user with which the target logs in to the source may replicate.
    static func ofReplication(_ servers: Servers) async throws(StepFailure) -> Finding {
        let login = try await ReplicationLogin(servers)
        let inquiry = RightsInquiry(
            instance: servers.source, user: login.username ?? "default", rights: Right.replication)
        return inquiry.finding(try await inquiry.answer(), whose: "the target's user")
    }
}
