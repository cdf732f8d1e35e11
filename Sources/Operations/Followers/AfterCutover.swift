import Execution
import PlanModel
import RedisTopology

/// What becomes of the source and its other replicas, and which way back is left: what the plan says, otherwise the best
/// that the engines and versions allow.
struct AfterCutover {
    let resting: FailoverStep.Resting
    let replicas: FailoverStep.OtherReplicas
    /// Why the source, and replicas of its engine and version, could not follow the target; `nil` if they could.
    let obstacle: String?
    let wayBack: RollbackSettings.AfterCutover

    /// Why the source will not follow the target, so that no way back without loss is left; `nil` if it will.
    let obstacleToKeep: String?

    static func read(_ servers: Servers, _ step: FailoverStep) async throws(StepFailure) -> AfterCutover {
        let source = try await servers.source.serverInfo()
        let obstacle = try await Followers.obstacle(servers.source, to: servers.target)
        let obstacleToKeep = obstacle ?? servers.plan.obstacleToFollow
        return AfterCutover(
            resting: step.resting(canFollow: obstacle == nil, source: source.engine),
            replicas: step.replicas ?? (obstacle == nil ? .follow : .detach), obstacle: obstacle,
            wayBack: servers.plan.rollback.afterCutover(sourceFollows: obstacleToKeep == nil),
            obstacleToKeep: obstacleToKeep)
    }
}
