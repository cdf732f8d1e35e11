import PlanGraph
import PlanModel

extension RunStep: StepExecution {
    static let role = StepGraph.Role.effect

    func rights(at place: StepPlace) -> Rights { .none }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        [
            [
                StepNode("\(Self.line(command)) was run") { servers, surroundings, _ in
                    RunOperation(id: step.id, step: self, servers: servers, surroundings: surroundings)
                }
            ]
        ]
    }
}
