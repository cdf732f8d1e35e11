import PlanModel

extension VerifyStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        guard place.isAfterCutover else { return }
        let key = ForeseenCommand.Word.open("\(TargetWritableCheck.keyPrefix) and a number")
        let why = "a write as an application makes it"
        script.send(["SET", key, "planrun", "EX", "60"], to: scene.target, why)
        script.send(["DEL", key], to: scene.target, why, answer: "1")
        script.rewrite(at: scene.target, "whether it can write its file")
        if scene.resting != .shutdown { script.rewrite(at: scene.source, "whether it can write its file") }
    }
}
