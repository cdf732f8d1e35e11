import PlanModel
import RedisTopology
import Values

/// The cutover by hand.
///
/// planrun holds writes back with a pause of two seconds at most, and swaps the roles within it. A person cannot, and a
/// longer pause would make the Sentinels believe that the source is down. So the source is closed instead
/// (`min-replicas-to-write` beyond what it can have): it refuses writes until somebody opens it again, however long each
/// line takes, and whatever becomes of the person. Nobody is promoted before the target has every byte, and the Sentinels
/// themselves promote it, so that they never turn it back into a replica.
struct HandCutover {
    typealias Task = Runbook.Task
    typealias Party = CommandScript.Party

    let scene: CommandScene
    let shell: HandShell
    let step: FailoverStep
    let before: CommandScript

    private var source: Party { scene.source }
    private var target: Party { scene.target }

    func tasks(_ script: inout CommandScript) -> [Task] {
        let handover = handover
        var tasks = [weaker, handover.preparation(&script), handover.closing(&script), handover.promotion(&script)]
        tasks.append(rest(handover, &script))
        tasks.append(wayBack(script))
        return tasks
    }

    private var handover: Handover {
        Handover(
            scene: scene, shell: shell, from: source, to: target, before: before, isBack: false,
            access: scene.plan.target.access, isRefused: scene.isRefused, method: step.method,
            others: scene.others, replicas: scene.replicas)
    }

    private var weaker: Task {
        var task = Task("Before the cutover: what is weaker by hand")
        task.say(
            "- planrun holds writes back for some 300 ms, in which they wait. By hand they **fail** with NOREPLICAS, from the moment at which the source is closed until clients find the target: as long as you type. Have the lines of the next tasks ready before you type the first."
        )
        task.say(
            "- No acknowledged write is lost as long as you keep the order: the source stays closed until the target is the primary, or until you open it again. Never promote the target, and never open the source, while a line of the looks before it has printed nothing."
        )
        task.say(
            "- planrun asks again, right before the handover, whether source and target are the processes that it knows, and whether the target has refused a command of the stream. By hand nobody does: if one of them was started again since its sync, stop."
        )
        task.say("- If you are interrupted, nothing is lost, and no write is taken until you go on.")
        return task
    }

    private func rest(_ handover: Handover, _ script: inout CommandScript) -> Task {
        var task = Task("The source comes to rest")
        switch scene.resting {
        case .shutdown? where step.method == .shutdown: task.say("It was shut down.")
        case .shutdown?:
            task.type(
                shell.lines(
                    handover.commands(&script) { script in
                        script.send(["SHUTDOWN"], to: source, "as the plan says", answer: "the connection closes")
                    }))
        case .fenced?:
            task.say("It stays closed: it cannot follow the target.")
            handover.standAlone(&task, &script)
        case .follow?, nil:
            task.look(shell.follows(source))
            task.say("Only now is it opened: as a replica it answers READONLY to every write.")
            task.type(
                shell.lines(
                    handover.commands(&script) { script in
                        script.bringFenceToRest(before.fencePrior(of: source), at: source)
                    }))
        }
        handover.settleOthers(&task, &script)
        return task
    }

    private func wayBack(_ after: CommandScript) -> Task {
        var task = Task("The way back after the cutover")
        switch scene.wayBack {
        case .stop?:
            task.say("This plan has none: 'after-cutover: stop'. The target stays the primary.")
            return task
        case nil: task.say("Only where the source has followed the target; else there is none.")
        case .keep?, .discardWrites?: break
        }
        switch scene.resting {
        case .shutdown?:
            task.say("The source was shut down. It lacks every write since, and nothing here brings them back.")
        case .fenced?:
            task.say("**Every write since the cutover is given up**: the source did not follow, and lacks them.")
            var script = after.continued()
            returnAlone(&task, &script)
        case .follow?, nil:
            task.say("The same in the other direction. Nothing is lost: the source has followed.")
            var script = after.continued()
            returnInSync(&task, &script)
        }
        return task
    }

    private func returnInSync(_ task: inout Task, _ script: inout CommandScript) {
        let prior = before.fencePrior(of: source)
        let back = Handover(
            scene: scene, shell: shell, from: target, to: source, before: script, isBack: true,
            access: scene.plan.source.access, isRefused: false,
            method: scene.sentinels.isEmpty ? .promote : .sentinel, others: scene.others, replicas: .follow)
        guard target.engine != .dragonfly else {
            return task.say(
                "A Dragonfly cannot be closed to writes, so it is not done by hand: use `planrun rollback`.")
        }
        task.type(
            shell.lines(
                back.commands(&script) { script in
                    guard let priority = prior[Fence.priority] else { return }
                    script.set(
                        Fence.priority, to: priority.value == "0" ? "100" : priority, at: source,
                        "the Sentinels may promote it again")
                }), isBack: true)
        for part in [back.preparation(&script), back.closing(&script), back.promotion(&script)] {
            task.append(part)
        }
        task.look(shell.follows(target), isBack: true)
        task.type(
            shell.lines(
                back.commands(&script) { script in
                    script.lowerFence(to: before.fencePrior(of: target), at: target)
                    script.rewrite(at: source)
                }), isBack: true)
    }

    /// The Sentinels have forgotten the source, so each of them is told anew. As long as one of them still knew the target as
    /// the primary, the others would follow it back to that one.
    private func returnAlone(_ task: inout Task, _ script: inout CommandScript) {
        let prior = before.fencePrior(of: source)
        let name = ForeseenCommand.Word.plain(scene.primaryName)
        let lines = handover.commands(&script) { script in
            if target.engine == .dragonfly {
                script.send(
                    ["CLIENT", "PAUSE", "60000", "WRITE"], to: target,
                    "its writes wait, and are given up; it ends by itself")
            } else {
                script.closeForWrites(target)
            }
            for sentinel in scene.sentinels {
                script.send(
                    ["SENTINEL", "REMOVE", name], to: sentinel,
                    "it forgets the target; go on only when every Sentinel has answered OK")
            }
            script.detach(source, "it is a primary again")
            script.setAll(script.fenceSettings(prior), at: source, "as before")
            script.rewrite(at: source)
            for sentinel in scene.sentinels { monitor(sentinel, &script) }
            script.follow(
                [.plain(source.address.host), .plain("\(source.address.port)")], target,
                "it copies the source, and loses what only it had")
            // A Dragonfly closes connections one by one. As a replica it answers their writes with READONLY.
            for words in target.engine == .dragonfly ? [] : HandCutover.kicks {
                script.send(words, to: target, "its clients find the source", answer: "a number")
            }
        }
        task.type(shell.lines(lines), isBack: true)
        task.look(shell.shown(source) + shell.follows(target), isBack: true)
        task.type(
            shell.lines(
                handover.commands(&script) { script in
                    script.lowerFence(to: before.fencePrior(of: target), at: target)
                }), isBack: true)
    }

    private func monitor(_ sentinel: Party, _ script: inout CommandScript) {
        let name = ForeseenCommand.Word.plain(scene.primaryName)
        let watched = scene.watched[sentinel.address]
        script.send(
            [
                "SENTINEL", "MONITOR", name, .plain(source.address.host), .plain("\(source.address.port)"),
                watched.map { .plain("\($0.quorum)") } ?? .open("its quorum"),
            ], to: sentinel, "it watches the source again")
        guard let watched else { return }
        let step = MonitorStep(
            quorum: watched.quorum, downAfter: watched.downAfter, failoverTimeout: watched.failoverTimeout,
            parallelSyncs: watched.parallelSyncs, notificationScript: watched.notificationScript,
            reconfigurationScript: watched.reconfigurationScript)
        let access = scene.plan.source.access
        let settings: [(name: String, value: ForeseenCommand.Word)] = step.settings(
            username: access.username.map { .plain($0) }, password: access.password.map { .secret($0) })
        for (setting, value) in settings {
            script.send(["SENTINEL", "SET", name, .plain(setting), value], to: sentinel, "as before")
        }
    }

    static let kicks: [[ForeseenCommand.Word]] = [
        ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], ["CLIENT", "KILL", "TYPE", "pubsub"],
    ]
}
