import PlanGraph
import PlanModel

extension WaitForSyncStep: StepExecution {
    static let role = StepGraph.Role.wait

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [[StepNode("the target is in sync") { servers, _, _ in WaitForSyncOperation(servers: servers, step: self) }]]
    }
}
