import Diagnostics
import PlanModel
import Values

/// What a person does for one step of a plan.
struct HandTasks {
    typealias Task = Runbook.Task

    let scene: CommandScene
    let shell: HandShell
    let place: StepPlace
    /// The servers before the step.
    let before: CommandScript

    /// Before anything is changed.
    static func first(_ scene: CommandScene, _ shell: HandShell) -> Task {
        var task = Task("Look before you begin")
        task.say(
            "Nothing here replaces the checks of `planrun check`: run it first. Each line prints something where all is well."
        )
        var lines = [shell.look(scene.source, "INFO replication", shows: "role:master", "the source is a primary")]
        if scene.plan.isMonitored {
            lines += shell.shown(scene.source)
            lines += scene.sentinels.map {
                shell.look($0, "SENTINEL CKQUORUM \(scene.primaryName)", shows: "OK", "the Sentinels could agree")
            }
        }
        task.look(lines)
        task.say("Stop if one of them prints nothing.")
        return task
    }

    func tasks(of step: Step, _ script: inout CommandScript) -> [Task] {
        switch step.kind {
        case .preflight: return []
        case .approval(let approval):
            var task = Task("\(step.id): ask")
            task.say("Somebody who may decide answers: \(approval.question)")
            return [task]
        case .monitor:
            return [
                typed(step, "the Sentinels watch the source", &script) { task in
                    task.look(shell.shown(scene.source) + scene.sentinels.map(shell.seesOthers))
                }
            ]
        case .backup:
            return [
                typed(step, "the source saves its data", &script) { task in
                    task.look([
                        shell.look(
                            scene.source, "INFO persistence", shows: "rdb_bgsave_in_progress:0", "the save is over"),
                        shell.look(
                            scene.source, "INFO persistence", shows: "rdb_last_bgsave_status:ok", "and ended well"),
                    ])
                }
            ]
        case .users: return [typed(step, "the target gets the source's users", &script) { _ in }]
        case .replicaof: return [following(step, &script)]
        case .waitForSync: return [syncing(step, &script)]
        case .verify(let verify): return [verifying(step, verify)]
        case .failover(let failover):
            return HandCutover(scene: scene, shell: shell, step: failover, before: before).tasks(&script)
        case .watch(let watch): return [watching(step, watch)]
        case .run(let hook): return [running(step, hook)]
        case .decommission(let decommission): return [decommissioning(step, decommission, &script)]
        }
    }

    private func running(_ step: Step, _ hook: RunStep) -> Task {
        var task = Task("\(step.id): a command of yours")
        task.type([shell.line(hook.command, .perform, of: step, hook, in: scene.plan)])
        if let undo = hook.undo {
            task.say("The way back from here:")
            task.type([shell.line(undo, .undo, of: step, hook, in: scene.plan)], isBack: true)
        }
        return task
    }

    private func typed(
        _ step: Step, _ title: String, _ script: inout CommandScript, _ looks: (inout Task) -> Void
    ) -> Task {
        var task = Task("\(step.id): \(title)")
        step.kind.execution.foresee(scene, at: place, in: &script)
        task.type(shell.lines(script.commands))
        if script.commands.isEmpty { task.say("There is nothing to do: it is so already.") }
        looks(&task)
        let ways = step.kind.execution.waysBack(scene, from: before, to: script)
        for way in ways where !way.commands.isEmpty {
            task.say("The way back from here:")
            task.type(shell.lines(way.commands), isBack: true)
        }
        return task
    }

    private func following(_ step: Step, _ script: inout CommandScript) -> Task {
        typed(step, "the target follows the source", &script) { task in
            task.look([
                shell.look(scene.target, "INFO replication", shows: "master_host:", "it follows; now wait for the sync")
            ])
            task.say(
                "Stop if the target held keys that somebody needs: the full sync deletes them. `\(shell.function(scene.target)) DBSIZE` before the first line tells."
            )
        }
    }

    private func syncing(_ step: Step, _ script: inout CommandScript) -> Task {
        var task = Task("\(step.id): the target gets everything")
        task.say("Wait until each line prints something. A full sync can take long.")
        task.look(shell.follows(scene.target))
        step.kind.execution.foresee(scene, at: place, in: &script)
        task.say("Only then may a Sentinel promote it:")
        task.type(shell.lines(script.commands))
        task.look(shell.onlyCandidateOrTarget(scene))
        task.say(
            "Stop if the link is lost again: then `\(shell.function(scene.target)) CONFIG SET replica-priority 0`, and begin this task anew. Nobody does it for you, as planrun would."
        )
        return task
    }

    private func watching(_ step: Step, _ watch: WatchStep) -> Task {
        var task = Task("\(step.id): stay and look")
        task.say("Look again and again for \(watch.duration.planText): each line must go on to print something.")
        task.look(
            [shell.look(scene.target, "INFO replication", shows: "role:master", "the target is the primary")]
                + shell.shown(scene.target))
        task.say(
            "Where one does not, somebody turns the cutover back: `CLIENT LIST` on the target shows who is connected.")
        return task
    }

    private func decommissioning(
        _ step: Step, _ decommission: DecommissionStep, _ script: inout CommandScript
    ) -> Task {
        var task = Task("\(step.id): the old servers leave for good")
        task.say("Look first: each line must print something. Stop if one does not.")
        task.look(
            [shell.look(scene.target, "INFO replication", shows: "role:master", "the target is the primary")]
                + shell.shown(scene.target))
        step.kind.execution.foresee(scene, at: place, in: &script)
        task.say("From here on there is no way back:")
        task.type(shell.lines(script.commands))
        if script.commands.isEmpty { task.say("There is nothing to do: it is so already.") }
        task.look(scene.sentinels.map(shell.seesOthers))
        return task
    }

    private func verifying(_ step: Step, _ verify: VerifyStep) -> Task {
        var task = Task("\(step.id): look")
        if place.isAfterCutover {
            task.look(
                [shell.look(scene.target, "INFO replication", shows: "role:master", "the target is the primary")]
                    + shell.shown(scene.target))
        } else {
            task.look(shell.follows(scene.target))
        }
        if verify.data != nil {
            task.say(
                "Compare the keys: `planrun compare \(scene.plan.file.path)` compares them with their values, which nobody can do by hand; `DBSIZE` on both only counts them."
            )
        }
        return task
    }
}

extension HandShell {
    /// A source may have other replicas, which only the cutover excludes.
    fileprivate func onlyCandidateOrTarget(_ scene: CommandScene) -> [Line] {
        guard !scene.others.isEmpty else { return onlyCandidate(scene.target) }
        return scene.sentinels.map { sentinel in
            Line(
                shell: "candidates_of \(function(sentinel)) | grep -Fx '\(scene.target.address)'",
                comment: "it may promote the target; it looks at it every 10 s")
        }
    }
}
