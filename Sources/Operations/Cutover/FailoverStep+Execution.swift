import PlanGraph
import PlanModel

extension FailoverStep: StepExecution {
    static let role = StepGraph.Role.pointOfNoReturn

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("the target becomes the primary") { servers, _, discardsWrites in
                    FailoverOperation(servers: servers, step: self, discardsWrites: discardsWrites)
                }
            ]
        ]
    }
}
