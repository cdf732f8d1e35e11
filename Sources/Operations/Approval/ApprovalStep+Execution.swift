import PlanGraph
import PlanModel

extension ApprovalStep: StepExecution {
    static let role = StepGraph.Role.gate

    func rights(at place: StepPlace) -> Rights {
        place.isAfterCutover ? .none : Candidacy.rights(place.plan) + Conditions.rights(place.plan)
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        let request = ApprovalRequest(
            step: step.id, question: question, isBeforeCutover: place.isBeforeCutover)
        return [
            [
                StepNode(question) { servers, surroundings, _ in
                    ApprovalOperation(
                        request: request, isAfterCutover: place.isAfterCutover, servers: servers,
                        approver: surroundings.approver)
                }
            ]
        ]
    }
}
