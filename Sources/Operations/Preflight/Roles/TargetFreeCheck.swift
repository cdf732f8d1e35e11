import Execution
package import PlanModel
import RedisTopology

/// The target follows the source already, or it follows nobody and holds no keys.
package struct TargetFreeCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "target-free", title: "the target is empty and follows nobody, or follows the source already")

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        if await servers.sourceIsTarget() == .same {
            return .missed(
                "\(target.endpoint) is the source itself, under another address",
                wants: "a target that is not the source",
                at: [target.name], remedy: ["name the server that shall take over as 'target' in the plan"])
        }
        let replication = try await target.replication()
        if let primary = replication.upstream?.primary {
            if await servers.isSame(primary, as: servers.source) {
                return .passed("\(target.endpoint) already follows the source")
            }
            return .missed(
                "\(target.endpoint) is a replica of \(primary)", wants: "a target that follows nobody or the source",
                at: [target.name],
                remedy: [
                    "name the right target in the plan, or detach it: \(AdvisedCommand.targetFollowsAnother.line())"
                ])
        }
        if let sentinel = await servers.sentinelNamingTarget() {
            return .missed(
                "\(sentinel.name) names \(target.endpoint) as the primary: applications write to it",
                wants: "a target that no Sentinel names", at: [sentinel.name, target.name],
                remedy: [
                    "do not touch its data: it may be the only complete copy",
                    "where a run of this plan was under way, 'resume' goes on from here; else name the server that shall take over from it as 'target' in the plan, and it as 'source'",
                ])
        }
        let keys = Int(try await target.keyspace().keys)
        if keys == 0 { return .passed("\(target.endpoint) is empty") }
        if servers.plan.replacesTargetData {
            return .passed(
                "\(target.endpoint) holds \(keys.counted("key", "keys")), which the plan allows to be replaced")
        }
        return .missed(
            "\(target.endpoint) holds \(keys.counted("key", "keys")), which the full sync would delete",
            wants: "no keys",
            at: [target.name],
            remedy: ["empty the target, or say 'replicaof: { replace-data: true }' in the plan if its data may go"])
    }
}

extension Plan {
    var replacesTargetData: Bool {
        steps.contains {
            if case .replicaof(let step) = $0.kind { step.replacesData } else { false }
        }
    }
}
