import PlanModel
import RedisTopology

/// After the cutover the target is a primary.
struct TargetPrimaryCheck: Check {
    static let declaration = CheckDeclaration(id: "target-primary", title: "the target is a primary")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        guard let primary = try await target.replication().upstream?.primary else {
            return .passed("\(target.endpoint) is a primary")
        }
        return .missed(
            "\(target.endpoint) is a replica of \(primary)", wants: "a primary", at: [target.name],
            remedy: ["look at which server takes writes now, before anything else"])
    }
}
