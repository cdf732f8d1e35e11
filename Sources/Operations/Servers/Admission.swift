import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Connects to an address of which it is not known whose credentials are accepted there. The credentials of the plan's
/// servers are tried one after the other.
struct Admission: Sendable {
    let connector: any SessionConnector
    /// The credentials to try; the next ones are tried where the server refuses these.
    let access: [ConnectionSettings]

    /// Connects with the first credentials that are accepted; the caller closes the session.
    /// - Throws: `StepFailure` with why the first credentials were refused. It is thrown at once where the server does
    ///   not answer, since other credentials would make no difference then.
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
        throw refusal ?? StepFailure(code: .unidentified, what: "\(address) was not asked who it is")
    }
}
