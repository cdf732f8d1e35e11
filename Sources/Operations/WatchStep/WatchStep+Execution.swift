import PlanGraph
import PlanModel

extension WatchStep: StepExecution {
    static let role = StepGraph.Role.wait

    func rights(at place: StepPlace) -> Rights { WatchSight.rights(place.plan) }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("the cutover holds") { servers, surroundings, _ in
                    WatchOperation(servers: servers, step: self, id: step.id, approver: surroundings.approver)
                }
            ]
        ]
    }
}
