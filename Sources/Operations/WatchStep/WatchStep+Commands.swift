import PlanModel

extension WatchStep {
    /// It only looks.
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {}
}
