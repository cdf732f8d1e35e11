import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Connects to an address where it is not known which credentials are accepted. The credentials of the plan's servers
/// are tried one after the other.
struct Admission: Sendable {
    let connector: any SessionConnector
    /// The credentials to try, in this order.
    let access: [ConnectionSettings]

    /// Connects with the first credentials that are accepted. The caller closes the session.
    /// - Throws: `StepFailure` that says why the first credentials were refused. If the server does not answer at all,
    ///   it is thrown at once, since other credentials would not help.
    func enter(_ address: Endpoint) async throws(StepFailure) -> (Server, ServerInfo) {
        var refusal: StepFailure?
        for settings in access {
            var settings = settings
            settings.address = address
            let guest = Server(part: .replica, settings: settings, session: connector.session(settings))
            do {
                return (guest, try await guest.serverInfo())
            } catch {
                await guest.session.close()
                if error.isTransient { throw error }
                refusal = refusal ?? error
            }
        }
        throw refusal ?? StepFailure(code: .unidentified, what: "\(address) was not asked which server it is")
    }
}
