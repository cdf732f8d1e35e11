import Execution
package import PlanModel
import RedisTopology
import Values

/// The cutover's write pause is shorter than the smallest `down-after-milliseconds`.
///
/// A Sentinel says hello with PUBLISH, which the write pause holds back, and the Sentinel's PING waits behind it. If
/// the pause lasts longer than `down-after-milliseconds`, the Sentinels consider the source down.
package struct WritePauseCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "write-pause", title: "the write pause is shorter than every down-after-milliseconds")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.isMonitored && plan.failover != nil }
    package static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        guard let pause = servers.plan.failover?.writePause else { return .passed("the plan has no failover") }
        var findings: [Finding] = []
        var smallest: Duration?
        for picture in try await servers.sentinelPictures() {
            let (sentinel, downAfter) = (picture.sentinel, picture.primary.downAfter)
            smallest = min(smallest ?? downAfter, downAfter)
            guard pause >= downAfter else { continue }
            findings.append(
                .missed(
                    "\(sentinel.name) takes a primary for down after \(downAfter.planText); writes may be paused for \(pause.planText)",
                    wants: "a pause shorter than that", at: [sentinel.name],
                    remedy: ["shorten 'write-pause' in the plan, or raise down-after-milliseconds on the Sentinels"]))
        }
        return .combined(
            findings, passed: "paused for \(pause.planText) at most, down after \((smallest ?? .zero).planText)")
    }
}
