import PlanGraph
import PlanModel

extension BackupStep: StepExecution {
    static let role = StepGraph.Role.wait

    func rights(at place: StepPlace) -> Rights { Rights(at: [.source], BackupOperation.rights) }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [[StepNode("the source has saved its data") { servers, _, _ in BackupOperation(servers: servers, step: self) }]]
    }
}
