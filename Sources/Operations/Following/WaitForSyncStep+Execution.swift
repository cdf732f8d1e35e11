import PlanGraph
import PlanModel

extension WaitForSyncStep: StepExecution {
    static let role = StepGraph.Role.wait

    func rights(at place: StepPlace) -> Rights {
        Rights(at: [.target], [.role]) + Candidacy.rights(place.plan)
            + Conditions.rights(place.plan)
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [[StepNode("the target is in sync") { servers, _, _ in WaitForSyncOperation(servers: servers, step: self) }]]
    }
}
