import Execution
package import PlanModel
import RESP
import RedisTopology
import Values

/// No Sentinel can choose a replica other than the target, or planrun can prevent it. Sentinels choose by priority, so
/// during the cutover planrun sets the priority of every other replica to 0.
package struct OnlyCandidateCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "only-candidate", title: "no replica but the target can be promoted")

    package init() {}

    package static func applies(to plan: Plan) -> Bool {
        plan.isMonitored && plan.failover != nil
    }
    package static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var strangers: [Endpoint: [Sentinel]] = [:]
        for picture in try await servers.sentinelPictures() {
            for replica in picture.replicas where replica.priority != 0 {
                if await servers.isSame(replica.address, as: servers.target) { continue }
                strangers[replica.address, default: []].append(picture.sentinel)
            }
        }
        let found = strangers.count
        let reachable = try await OtherReplicas(
            servers: servers, primary: servers.source, successor: servers.target
        ).prior().filter { $0.priority != nil }
        for replica in reachable { strangers[replica.address] = nil }
        let findings = strangers.sorted { $0.key.description < $1.key.description }.map { address, sentinels in
            Finding.missed(
                "\(address) is a replica that Sentinel could promote instead of the target, and planrun cannot set its priority",
                wants: "other replicas that take the credentials of the source, or replica-priority 0 on them",
                at: sentinels.map(\.name),
                remedy: [
                    "\(AdvisedCommand.otherCandidate.line("0")) on \(address), and wait until the Sentinels have seen it (10 s); a replica that is gone for good is forgotten by \(AdvisedCommand.goneCandidate.line(servers.primaryName)) on one Sentinel after the other, 30 s apart"
                ])
        }
        let kept = found.counted("other replica", "other replicas")
        return .combined(
            findings,
            passed: found == 0
                ? "the target is the only candidate" : "\(kept) will be kept from being promoted (replica-priority 0)")
    }
}
