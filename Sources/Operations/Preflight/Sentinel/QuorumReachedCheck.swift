import Execution
package import PlanModel
import RESP
import RedisTopology

/// Every Sentinel sees enough others for the quorum and for a majority. Each Sentinel is asked, since each counts only
/// those that it sees.
package struct QuorumReachedCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "quorum", title: "every Sentinel reaches the quorum (CKQUORUM)")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    package static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    package static func rights(in plan: Plan) -> Rights {
        Rights(at: [.sentinel], [.sentinel("CKQUORUM", plan.sentinel?.primary ?? "")])
    }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await servers.sentinels.atOnce { sentinel -> Finding? in
            let reply = try await sentinel.replies(to: [["SENTINEL", "CKQUORUM", servers.primaryName]])[0]
            guard case .error(let error) = reply else { return nil }
            return .missed(
                "\(sentinel.name): \(error.message.printable)", wants: "quorum and majority reachable",
                at: [sentinel.name], remedy: ["bring the missing Sentinels back, or let them see each other"])
        }.compactMap(\.self)
        return .combined(findings, passed: "every Sentinel reaches the quorum")
    }
}
