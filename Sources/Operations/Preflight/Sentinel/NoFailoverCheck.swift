import Execution
package import PlanModel
import RedisTopology

/// No Sentinel is in the middle of a failover.
package struct NoFailoverCheck: Check {
    package static let declaration = CheckDeclaration(id: "no-failover", title: "no failover is in progress")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    package static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        for picture in try await servers.sentinelPictures() {
            let (sentinel, primary) = (picture.sentinel, picture.primary)
            for (flag, meaning) in [
                ("failover_in_progress", "a failover is in progress"), ("o_down", "the primary is taken for down"),
                ("s_down", "the primary does not answer this Sentinel"),
            ] where primary.flags.words.contains(flag) {
                findings.append(
                    .missed(
                        "\(sentinel.name): \(meaning)", wants: "no failover, and a primary that is up",
                        at: [sentinel.name], remedy: ["wait until it is over, and look at who is primary then"],
                        passesWithin: .seconds(60)))
            }
        }
        return .combined(findings, passed: "no failover in progress")
    }
}
