import PlanGraph
import PlanModel

extension ReplicaOfStep: StepExecution {
    static let role = StepGraph.Role.effect

    func rights(at place: StepPlace) -> Rights {
        let needsLogin =
            password != nil || place.plan.source.access.password != nil || place.plan.source.access.tls != nil
        return Rights(at: [.target], [.replicaOf] + (needsLogin ? ReplicationCredentials.rights : []))
            + Candidacy.rights(place.plan) + Rights(at: [.target], ConfigurationFile.rights)
            + Detachment.rights(place.plan) + Conditions.rights(place.plan)
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("the target follows the source") { servers, _, _ in
                    ReplicaOfOperation(servers: servers, step: self)
                }
            ]
        ]
    }
}
