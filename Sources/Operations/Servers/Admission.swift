import Execution
import PlanModel
import RESP
import RedisTopology

/// Connects to an address of which it is not known whose credentials are taken there: those of the plan's servers are tried
/// one after the other.
struct Admission: Sendable {
    let connector: any SessionConnector
    /// As whom to connect; the next one is tried where the server does not let us in.
    let access: [ConnectionSettings]

    /// Connects as the first one who is let in; the caller closes the session.
    /// - Throws: `StepFailure`: why the first one was refused; or at once where nobody answers, since who we are makes no
    ///   difference then.
    func enter(_ address: ServerAddress) async throws(StepFailure) -> (Server, ServerInfo) {
        var refusal: StepFailure?
        for settings in access {
            var settings = settings
            settings.address = address
            let guest = Server(
                part: .replica, endpoint: Endpoint(host: address.host, port: address.port), settings: settings,
                session: connector.session(settings))
            do {
                return (guest, try await guest.serverInfo())
            } catch {
                await guest.session.close()
                if error.isTransient { throw error }
                refusal = refusal ?? error
            }
        }
        throw refusal ?? StepFailure(code: .unidentified, what: "\(address) was not asked who it is")
    }
}
