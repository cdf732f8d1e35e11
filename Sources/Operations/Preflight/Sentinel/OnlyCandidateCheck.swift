import Execution
package import PlanModel
import RESP
import RedisTopology

/// No replica that the plan does not name can be chosen by Sentinel: nothing else tells it whom to promote.
package struct OnlyCandidateCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "only-candidate", title: "no replica but the target can be promoted")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.isMonitored }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var strangers: [ServerAddress: [Server]] = [:]
        for picture in try await servers.sentinelPictures() {
            for replica in picture.replicas where replica.priority != 0 {
                if await servers.isSame(replica.address, as: servers.target) { continue }
                strangers[replica.address, default: []].append(picture.sentinel)
            }
        }
        let findings = strangers.sorted { $0.key.description < $1.key.description }.map { address, sentinels in
            Finding.missed(
                "\(address) is a replica that Sentinel could promote instead of the target",
                wants: "replica-priority 0 on every other replica", at: sentinels.map(\.name),
                remedy: [
                    "CONFIG SET replica-priority 0 on \(address), and wait until the Sentinels have seen it (10 s); a replica that is gone for good is forgotten by SENTINEL RESET"
                ])
        }
        return .combined(findings, passed: "the target is the only candidate")
    }
}
