import PlanGraph
import PlanModel

extension MonitorStep: StepExecution {
    static let role = StepGraph.Role.effect

    func rights(at place: StepPlace) -> Rights { Rights(at: [.sentinel], MonitorOperation.rights(place.plan)) }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("the Sentinels monitor the source") { servers, _, _ in
                    MonitorOperation(servers: servers, step: self)
                }
            ]
        ]
    }
}
