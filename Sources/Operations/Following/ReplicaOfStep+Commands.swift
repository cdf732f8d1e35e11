import PlanModel
import Values

extension ReplicaOfStep {
    private func credentials(_ scene: CommandScene) -> ForeseenCredentials {
        ForeseenCredentials(toFollow: scene.plan.source.access, username: username, password: password)
    }

    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        let (source, target) = (scene.source.address, scene.target)
        guard !scene.isFollowing else { return }
        credentials(scene).apply(to: target, "with it the target logs in to the source", in: &script)
        if scene.plan.sentinel != nil {
            script.excludeFromPromotion(
                target, writingFile: false, "no Sentinel promotes it before it has everything")
            script.rewrite(at: target, "no Sentinel promotes it after a restart either")
            for sentinel in scene.sentinels where !scene.isLive || scene.admitting.contains(sentinel.address) {
                script.send(
                    ["SENTINEL", "RESET", .plain(scene.primaryName)], to: sentinel,
                    "it forgets that the target may be promoted", answer: "1",
                    condition: scene.isLive ? nil : "where it lists the target already")
            }
        }
        script.follow(
            [.plain(source.host), .plain("\(source.port)")], target, "the target copies the source, and follows it")
    }

    func waysBack(_ scene: CommandScene, from before: CommandScript, to after: CommandScript) -> [ForeseenReturn] {
        let target = scene.target
        var script = after.continued()
        guard !scene.isFollowing else { return [] }
        script.detach(target, "it follows nobody any more")
        script.forgetReplica(scene, "it would make the target follow again")
        if scene.isTargetEmpty != false {
            script.send(
                ["FLUSHALL"], to: target, "as before",
                condition: scene.isTargetEmpty == nil
                    ? "if it was empty before, and the source still has everything" : nil)
        }
        credentials(scene).restore(on: target, as: before, in: &script)
        if scene.plan.sentinel != nil { script.admitToPromotion(target, "as before") }
        script.rewrite(at: target)
        return [ForeseenReturn(start: nil, commands: script.commands)]
    }
}
