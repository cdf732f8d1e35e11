import PlanModel

extension ApprovalStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {}
}
