import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Tells why a link does not come up where the source keeps the target's user from replicating. The target does not say
/// so, and would be waited for in vain until the step's timeout.
struct ReplicationRefusal {
    /// A link that is on its way comes up within this time; then the source is asked, once.
    static let patience = Duration.seconds(10)

    let servers: Servers
    private var isAsked = false
    private var downSince: Duration?

    init(_ servers: Servers) { self.servers = servers }

    /// - Parameters:
    ///   - state: what the target says of its link.
    ///   - time: since the wait began.
    /// - Throws: `StepFailure` that names the user and the rights.
    mutating func check(_ state: SyncState, at time: Duration) async throws {
        guard !Self.hasReceived(state) else {
            downSince = nil
            return
        }
        let since = downSince ?? time
        downSince = since
        // A Dragonfly has no rights of replication to ask for.
        guard !isAsked, time - since >= Self.patience, servers.plan.source.engine != .dragonfly else { return }
        isAsked = true
        // The source may not tell planrun. The rights to ask it are no rights of this step, which does without an answer.
        guard let finding = try? await RightsInquiry.ofReplication(servers), !finding.passes, finding.isBinding else {
            return
        }
        throw StepFailure(
            code: .operation(.replicationForbidden), what: finding.saw, wanted: finding.wants, place: finding.place,
            world: ["\(servers.source.endpoint) takes writes as before; the target keeps trying to log in"],
            help: finding.remedy + ["then resume"])
    }

    /// A Redis that is refused says again and again that it is in a full sync, of which nothing arrives.
    private static func hasReceived(_ state: SyncState) -> Bool {
        switch state {
        case .notFollowing, .loading, .online: true
        case .connecting, .linkDown, .preparing: false
        case .fullSync(let progress): (progress?.receivedBytes ?? 0) > 0
        }
    }
}
