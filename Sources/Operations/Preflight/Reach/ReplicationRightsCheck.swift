import Execution
import PlanModel
import RESP
import Values

/// The user with which the target logs in to the source may replicate. Without `psync` the full sync fails and starts
/// over, again and again.
struct ReplicationRightsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "replication-rights", title: "the target's user at the source may replicate")

    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly }

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source], RightsInquiry.rights) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        try await RightsInquiry.ofReplication(servers)
    }
}
