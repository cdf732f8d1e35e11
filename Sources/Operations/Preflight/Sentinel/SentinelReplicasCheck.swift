import Execution
import PlanModel
import RESP
import RedisTopology

/// All Sentinels list the same replicas, and agree on which are up and on their priorities.
struct SentinelReplicasCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinel-replicas", title: "the Sentinels know the same replicas", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let pictures = try await servers.sentinelPictures()
        let addresses = Set(pictures.flatMap { $0.replicas.map(\.address) }).sorted { "\($0)" < "\($1)" }
        let findings = addresses.compactMap { address -> Finding? in
            let views = pictures.map { picture in
                (picture.sentinel, picture.replicas.first { $0.address == address }.map(Self.view) ?? "unknown")
            }
            guard Set(views.map(\.1)).count > 1 else { return nil }
            let list = views.map { "\($0.1) to \($0.0.endpoint)" }.joined(separator: ", ")
            return .missed(
                "the replica \(address) is \(list)", wants: "the same for all", at: views.map(\.0.name),
                remedy: [
                    "wait 10 s, until every Sentinel has asked again; if they differ even then, one of them cannot reach the replica, or SENTINEL RESET was run on the others only"
                ])
        }
        return .combined(
            findings,
            passed: addresses.isEmpty
                ? "no Sentinel knows a replica"
                : "\(addresses.count.counted("replica", "replicas")), the same on \(pictures.count) of \(pictures.count)"
        )
    }

    private static func view(_ replica: SentinelReplica) -> String {
        let state = replica.flags.isHealthy ? "up" : "down"
        return "\(state) with priority \(replica.priority)"
    }
}
