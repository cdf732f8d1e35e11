import Execution
import PlanModel
import RedisTopology
import Values

/// No earlier election ended without a new primary. After such an election the Sentinels start no failover by
/// themselves for twice failover-timeout.
///
/// A Sentinel shows neither the attempt nor its time, only the epoch in which the others last voted. If that epoch is
/// newer than the configuration's, a failover was aborted, but planrun cannot tell how long ago.
struct FailoverGuardCheck: Check {
    static let declaration = CheckDeclaration(
        id: "failover-guard", title: "no earlier failover was aborted", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await servers.sentinelPictures().compactMap { picture -> Finding? in
            let voted = picture.peers.map(\.votedEpoch).max() ?? 0
            let epoch = picture.primary.configEpoch
            guard voted > epoch else { return nil }
            let guardTime = (picture.primary.failoverTimeout * 2).planText
            return .missed(
                "\(picture.sentinel.name) remembers an election (epoch \(voted)) that brought no new primary (epoch \(epoch))",
                wants: "no failover that was aborted", at: [picture.sentinel.name],
                remedy: [
                    "read in the Sentinels' logs when and why (-failover-abort…); for \(guardTime) after it they start no failover by themselves"
                ])
        }
        return .combined(findings, passed: "no Sentinel remembers a failover that was aborted")
    }
}
