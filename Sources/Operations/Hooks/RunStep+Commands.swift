import PlanModel

extension RunStep {
    /// What the command sends to servers, if it sends anything, is not known to planrun.
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {}
}
