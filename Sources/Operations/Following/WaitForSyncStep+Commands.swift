import PlanModel

extension WaitForSyncStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        let target = scene.target
        guard scene.plan.sentinel != nil, let original = script.original(Fence.priority, of: target) else { return }
        // A target that was 0 before could never be promoted; 100 is the default of Redis.
        guard script.setting(Fence.priority, of: target)?.value == "0" else { return }
        script.admitToPromotion(
            target, as: original.value == "0" ? "100" : nil,
            "once it has everything, the Sentinels may promote it; 0 again if it loses its link")
    }
}
