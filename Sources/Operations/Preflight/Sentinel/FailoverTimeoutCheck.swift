import Execution
import PlanModel
import RedisTopology
import Values

/// The Sentinels abort a failover neither too soon nor too late.
struct FailoverTimeoutCheck: Check {
    static let declaration = CheckDeclaration(
        id: "failover-timeout", title: "failover-timeout is neither too short nor too long", severity: .warn,
        limits: [
            // Even a smooth failover takes seconds: after the promotion a Sentinel needs up to 1 s to read the target's
            // INFO, and up to 2 s more to tell the others.
            .init(
                key: "at-least", defaultValue: .duration(.seconds(10)), weaker: .lower,
                meaning: "a shorter failover-timeout gives up while the target is being promoted"),
            .init(
                key: "at-most", defaultValue: .duration(.seconds(600)), weaker: .higher,
                meaning:
                    "with a longer failover-timeout a failover that cannot end keeps the Sentinels busy for as long"),
        ])

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let (shortest, longest) = (limits.duration("at-least"), limits.duration("at-most"))
        let pictures = try await servers.sentinelPictures()
        let findings = pictures.compactMap { picture -> Finding? in
            let timeout = picture.primary.failoverTimeout
            guard timeout < shortest || timeout > longest else { return nil }
            let milliseconds = Int64(saturating: (timeout < shortest ? shortest : longest) / .milliseconds(1))
            return .missed(
                "\(picture.sentinel.name) gives a failover up after \(timeout.planText)",
                wants: "\(shortest.planText) to \(longest.planText)", at: [picture.sentinel.name],
                remedy: [
                    "on each Sentinel: \(AdvisedCommand.failoverTimeout.line(servers.primaryName, "failover-timeout", "\(milliseconds)"))"
                ])
        }
        let text = pictures.first?.primary.failoverTimeout.planText ?? "never"
        return .combined(findings, passed: "a failover is aborted after \(text)")
    }
}
