import Execution
import PlanModel
import RedisTopology

/// What becomes of the source and its other replicas: what the plan says, otherwise the best that the engines and
/// versions allow.
struct AfterCutover {
    let resting: FailoverStep.Resting
    let replicas: FailoverStep.OtherReplicas
    /// Why the source, and replicas of its engine and version, could not follow the target; `nil` if they could.
    let obstacle: String?

    /// What becomes of the source. `plan` shows this sentence if the plan itself does not say it.
    var sentence: String {
        switch resting {
        case .follow: "the source will follow the target"
        case .fenced: "the source will stand alone without taking writes" + (obstacle.map { ": \($0)" } ?? "")
        case .shutdown: "the source will be shut down"
        }
    }

    static func read(_ servers: Servers, _ step: FailoverStep) async throws(StepFailure) -> AfterCutover {
        let obstacle = Followers.obstacle(
            try await servers.source.serverInfo(), to: try await servers.target.serverInfo())
        return AfterCutover(
            resting: step.resting(canFollow: obstacle == nil),
            replicas: step.replicas ?? (obstacle == nil ? .follow : .detach), obstacle: obstacle)
    }
}
