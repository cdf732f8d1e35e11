import PlanGraph
import PlanModel

extension UsersStep: StepExecution {
    static let role = StepGraph.Role.effect

    func rights(at place: StepPlace) -> Rights {
        UserComparison.rights + Rights(at: [.target], UsersOperation.rights + UserRecord.rights)
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("the target has the users of the source") { servers, _, _ in
                    UsersOperation(servers: servers, step: self)
                }
            ]
        ]
    }
}
