import PlanModel

extension FailoverStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        let before = script
        let cutover = cutover(scene)
        cutover.run(&script)
        cutover.bringOthersToRest(&script, as: before)
        bringToRest(scene, cutover, &script)
        if scene.resting != .shutdown { settle(scene.source, &script) }
        settle(scene.target, &script)
    }

    private func cutover(_ scene: CommandScene) -> ForeseenCutover {
        ForeseenCutover(
            scene: scene, from: scene.source, to: scene.target, access: scene.plan.target.access,
            method: scene.method, writePause: writePause, others: scene.others, replicas: scene.replicas,
            replicasInSync: scene.replicasInSync, isRefused: scene.isRefused)
    }

    private func bringToRest(_ scene: CommandScene, _ cutover: ForeseenCutover, _ script: inout CommandScript) {
        switch scene.resting {
        case .follow?, nil: return
        case .fenced?:
            guard script.setting(Fence.quorumOfReplicas, of: scene.source) != nil else { return }
            script.closeForWrites(scene.source)
            script.follow(ForeseenCutover.nowhere, scene.source, "it stands alone, and answers READONLY")
            script.rewrite(at: scene.source)
            script.forgetReplica(scene, "it forgets the source")
            cutover.release(&script, "those that a Sentinel has sent here meanwhile")
        case .shutdown?:
            guard scene.method != .shutdown else { return }
            script.send(["SHUTDOWN"], to: scene.source, "as the plan says", answer: "the connection closes")
        }
    }

    /// What stays so is no longer noted as changed for a while.
    private func settle(_ party: CommandScript.Party, _ script: inout CommandScript) {
        script.forget(ReplicationCredentials.names, at: party)
        if party.place == .target { script.forget([Fence.priority], at: party) }
        script.rewrite(at: party)
    }

    func waysBack(_ scene: CommandScene, from before: CommandScript, to after: CommandScript) -> [ForeseenReturn] {
        let cutover = cutover(scene)
        var script = before.continued()
        cutover.prepare(&script)
        script = script.continued()
        cutover.stepBack(&script, to: before)
        let early = ForeseenReturn(start: "before the promotion", commands: script.commands)
        guard let wayBack = scene.wayBack, wayBack != .stop else { return [early] }
        var late = after.continued()
        goBack(scene, from: before, &late)
        return [early, ForeseenReturn(start: "after it", commands: late.commands)]
    }

    /// The same handover in the other direction.
    private func goBack(_ scene: CommandScene, from before: CommandScript, _ script: inout CommandScript) {
        let (source, target) = (scene.source, scene.target)
        let there = script
        let prior = before.fencePrior(of: source)
        let isAlone = scene.resting == .fenced && script.setting(Fence.quorumOfReplicas, of: source) != nil
        let followers = scene.replicas == .detach ? [] : scene.others
        restorePriority(prior, source, &script)
        let back = ForeseenCutover(
            scene: scene, from: target, to: source, access: scene.plan.source.access,
            method: methodBack(scene, isAlone: isAlone), writePause: writePause,
            others: followers, replicasInSync: scene.replicasInSync.map { _ in (isAlone ? 0 : 1) + followers.count },
            reopening: isAlone ? script.fenceSettings(prior) : [])
        back.run(&script)
        script.lowerFence(to: prior, at: source)
        restorePriority(prior, source, &script)
        cutover(scene).restoreCredentials(&script, as: before)
        cutover(scene).restoreOthers(&script, to: before)
        script.rewrite(at: source)
        script.lowerFence(to: there.fencePrior(of: target), at: target)
    }

    /// A source that the Sentinels have forgotten is announced to them. Else the roles go back as they came.
    private func methodBack(_ scene: CommandScene, isAlone: Bool) -> Method? {
        if scene.sentinels.isEmpty { return .promote }
        if isAlone { return .announce }
        return scene.method == .shutdown ? .sentinel : scene.method
    }

    /// With 0 no Sentinel could promote it.
    private func restorePriority(
        _ prior: [String: ForeseenCommand.Word], _ source: CommandScript.Party, _ script: inout CommandScript
    ) {
        let priority = prior[Fence.priority] ?? "100"
        script.set(
            Fence.priority, to: priority.value == "0" ? "100" : priority, at: source,
            "the Sentinels may promote it again")
    }
}
