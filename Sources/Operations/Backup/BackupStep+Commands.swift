import PlanModel
import Values

extension BackupStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        script.send(
            ["BGSAVE"], to: scene.source, "its data is saved on its disk", answer: "Background saving started",
            condition: maxAge > .zero ? "unless its last save is not older than \(maxAge.planText)" : nil)
    }
}
