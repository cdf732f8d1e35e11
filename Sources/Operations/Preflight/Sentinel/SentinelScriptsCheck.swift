import Execution
import PlanModel
import RESP
import RedisTopology

/// No Sentinel runs a script of its owner's at a failover. Such a script may repeat what this plan does, or undo it.
struct SentinelScriptsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinel-scripts", title: "no Sentinel runs a script at a failover", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await servers.sentinelPictures().flatMap { picture in
            [
                ("client-reconfig-script", picture.primary.reconfigurationScript, "at the cutover"),
                ("notification-script", picture.primary.notificationScript, "for each event of the cutover"),
            ].compactMap { name, path, moment in
                path.map { path in
                    Finding.missed(
                        "\(picture.sentinel.name) runs \(path.printable(limit: 200)) \(moment) (\(name))",
                        wants: "no script", at: [picture.sentinel.name],
                        remedy: [
                            "read what it does with the addresses of source and target, and whether it suits this plan"
                        ])
                }
            }
        }
        return .combined(findings, passed: "no scripts")
    }
}
