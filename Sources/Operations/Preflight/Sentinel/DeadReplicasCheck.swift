import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// No Sentinel lists a replica that does not answer. After the promotion a Sentinel waits for every replica that it
/// lists, until failover-timeout has passed.
struct DeadReplicasCheck: Check {
    static let declaration = CheckDeclaration(
        id: "dead-replicas", title: "every replica that a Sentinel knows answers it", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let pictures = try await servers.settledPictures()
        var dead: [Endpoint: [Sentinel]] = [:]
        for picture in pictures {
            for replica in picture.replicas where !replica.flags.isHealthy {
                dead[replica.address, default: []].append(picture.sentinel)
            }
        }
        let findings = dead.sorted { "\($0.key)" < "\($1.key)" }.map { address, sentinels in
            Finding.missed(
                "the replica \(address) does not answer \(sentinels.map { "\($0.endpoint)" }.joined(separator: ", "))",
                wants: "replicas that answer", at: sentinels.map(\.name),
                remedy: [
                    "bring \(address) back, or, if it is gone for good: \(AdvisedCommand.deadReplica.line(servers.primaryName)) on one Sentinel after the other, 30 s apart"
                ])
        }
        return .combined(findings, passed: "every replica that the Sentinels know answers")
    }
}
