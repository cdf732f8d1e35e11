import PlanGraph
import PlanModel

extension ReplicaOfStep: StepExecution {
    static let role = StepGraph.Role.effect

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
