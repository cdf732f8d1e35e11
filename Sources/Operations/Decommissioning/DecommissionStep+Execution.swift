import PlanGraph
import PlanModel

extension DecommissionStep: StepExecution {
    static let role = StepGraph.Role.pointOfNoReturn

    func rights(at place: StepPlace) -> Rights {
        let ending = resting == .shutdown ? [Right.shutdown] : ClientRelease.rights + [.clientList]
        var rights = Rights(at: [.source], Fence.rights + [.replicaOf] + ending)
        if replicas == .withSource { rights += OtherReplicas.rights + Rights(at: [.replica], ending) }
        return rights + Sentinels.forgettingRights(place.plan)
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        let cutover = place.plan.firstStep(of: .failover).map { NodeID(step: $0.id) }
        return [
            [
                StepNode("the old servers leave") { servers, _, _ in
                    DecommissionOperation(servers: servers, step: self, cutover: cutover)
                }
            ]
        ]
    }
}
