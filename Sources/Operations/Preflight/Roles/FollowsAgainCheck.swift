import Execution
import PlanModel
import RedisTopology
import Values

/// A target that follows the source already does not do so because it was started that way, out of planrun's reach: after
/// the cutover it would follow the stale source again when it is started again.
///
/// Redis and Valkey have `replicaof` in their files, and take it out when they write them as a primary. Dragonfly keeps a
/// `--replicaof` that it was started with, and does not show it.
struct FollowsAgainCheck: Check {
    static let declaration = CheckDeclaration(
        id: "follows-again", title: "the target does not follow the source again when it is started again")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        guard let primary = try await target.replication().upstream?.primary,
            await servers.isSame(primary, as: servers.source)
        else { return .passed("\(target.endpoint) does not follow the source yet") }
        if servers.plan.target.engine == .dragonfly {
            return .untold(
                "\(target.endpoint) follows the source already, and a Dragonfly does not tell whether it was started with --replicaof: if it was, it follows the source again when it is restarted after the cutover",
                at: [target.name],
                remedy: ["look at the flags that \(target.endpoint) is started with, and take --replicaof out of them"])
        }
        guard try await !target.hasConfigurationFile() else {
            return .passed("\(target.endpoint) follows the source, and has a configuration file to take that out of")
        }
        return .missed(
            "\(target.endpoint) follows the source already, and runs without a configuration file: if it is started with 'replicaof', it follows the source again when it is restarted after the cutover",
            wants: "a target that is started without 'replicaof'", at: [target.name],
            remedy: [
                "start \(target.endpoint) with a configuration file; or start it without 'replicaof', and detach it (\(AdvisedCommand.targetFollowsAgain.line())): the plan makes it follow"
            ])
    }
}
