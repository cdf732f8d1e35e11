import PlanModel

extension PreflightStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {}
}
