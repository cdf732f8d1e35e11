import Execution
import PlanModel
import RESP
import RedisTopology

/// No Sentinel lists another Sentinel that does not answer. A dead Sentinel still counts for the majority that a
/// failover needs.
struct DeadSentinelsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "dead-sentinels", title: "every Sentinel that another one knows answers it", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let pictures = try await servers.settledPictures()
        var findings: [Finding] = []
        for picture in pictures {
            for peer in picture.peers where !peer.flags.isHealthy {
                let isOurs = await pictures.contains(peer, servers)
                findings.append(
                    .missed(
                        "\(picture.sentinel.name) gets no answer from the Sentinel \(peer.address)",
                        wants: "Sentinels that reach each other", at: [picture.sentinel.name],
                        remedy: [
                            isOurs
                                ? "\(peer.address) answers here: look at the network between those two, and at 'sentinel announce-ip'"
                                : "if \(peer.address) is gone for good: \(AdvisedCommand.deadSentinel.line(servers.primaryName)) on one Sentinel after the other, 30 s apart"
                        ]))
            }
        }
        let count = pictures.map(\.peers.count).max() ?? 0
        return .combined(
            findings, passed: count == 0 ? "there is one Sentinel" : "all \(count + 1) Sentinels reach each other")
    }
}
