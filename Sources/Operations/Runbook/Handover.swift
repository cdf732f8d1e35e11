import PlanModel
import Values

/// The tasks of a handover by hand, from one server to another.
struct Handover {
    typealias Task = Runbook.Task
    typealias Party = CommandScript.Party

    let scene: CommandScene
    let shell: HandShell
    let from: Party
    let to: Party
    /// The servers before the handover.
    let before: CommandScript
    /// Whether it is the way back.
    let isBack: Bool
    /// How planrun logs in to the new primary.
    let access: Access
    let isRefused: Bool
    let method: FailoverStep.Method
    let others: [Party]
    let replicas: FailoverStep.OtherReplicas?

    private var credentials: ForeseenCredentials { isRefused ? .refused : ForeseenCredentials(toFollow: access) }

    /// The commands that `body` adds to the script.
    func commands(_ script: inout CommandScript, _ body: (inout CommandScript) -> Void) -> [ForeseenCommand] {
        script = script.continued()
        body(&script)
        return script.commands
    }

    func preparation(_ script: inout CommandScript) -> Task {
        var task = Task("Prepare the handover: writes go on")
        let lines = commands(&script) { script in
            credentials.apply(
                to: from, isRefused ? "it could not follow, and must not try" : "with it it follows its successor",
                in: &script)
            script.excludeFromPromotion(from, "no Sentinel promotes it again")
            for replica in others { script.excludeFromPromotion(replica, "no Sentinel promotes it instead") }
            if replicas == .detach { detachOthers(&script) }
            script.rewrite(at: to, "whether it can write its file")
        }
        task.type(shell.lines(lines), isBack: isBack)
        task.look(shell.follows(to) + shell.onlyCandidate(to), isBack: isBack)
        task.say("Stop if one of them prints nothing within 30 s.")
        if !isBack { takeBack(&task, script) }
        return task
    }

    private func detachOthers(_ script: inout CommandScript) {
        for replica in others {
            script.closeForWrites(replica)
            script.follow(ForeseenCutover.nowhere, replica, "it stands alone, and answers READONLY")
            script.rewrite(at: replica)
        }
        if !others.isEmpty { script.forgetReplica(scene, "it forgets the detached replicas") }
    }

    func closing(_ script: inout CommandScript) -> Task {
        var task = Task("Close the old primary: from here on writes fail")
        task.type(shell.lines(commands(&script) { $0.closeForWrites(from) }), isBack: isBack)
        task.look([shell.hasCaughtUp(to, with: from)] + shell.follows(to), isBack: isBack)
        task.say(
            "Stop if it does not catch up within seconds: open the old primary again "
                + (isBack ? "with the last block of this task." : "by the way back below."))
        if !isBack { takeBack(&task, script) }
        return task
    }

    /// Nothing was promoted: writes go on as before.
    private func takeBack(_ task: inout Task, _ script: CommandScript) {
        var script = script
        let lines = commands(&script) { script in
            script.lowerFence(to: before.fencePrior(of: from), at: from)
            credentials.restore(on: from, as: before, in: &script)
            for replica in others {
                if replicas == .detach {
                    script.follow(
                        [.plain(from.address.host), .plain("\(from.address.port)")], replica, "it follows again")
                }
                script.lowerFence(to: before.fencePrior(of: replica), at: replica)
            }
        }
        task.say("The way back from here, which loses nothing; then that of the tasks before:")
        task.type(shell.lines(lines), isBack: true)
    }

    func promotion(_ script: inout CommandScript) -> Task {
        var task = Task("Promote the new primary: the point of no return")
        let lines = commands(&script) { script in
            guard let sentinel = scene.sentinels.first else {
                return script.detach(to, "it is the primary")
            }
            if method == .shutdown {
                script.send(
                    ["SHUTDOWN"], to: from, "the Sentinels notice, and promote the other one",
                    answer: "the connection closes")
            } else {
                script.send(
                    ["SENTINEL", "FAILOVER", .plain(scene.primaryName)], to: sentinel,
                    "it promotes the only candidate, and tells clients")
            }
        }
        task.type(shell.lines(lines), isBack: isBack)
        task.look(
            [shell.look(to, "INFO replication", shows: "role:master", "it is the primary")] + shell.shown(to),
            isBack: isBack)
        if !scene.sentinels.isEmpty {
            task.say(
                "If the Sentinel answers NOGOODSLAVE, nothing was promoted, and no replica suits it at this moment: type the line again after some seconds, or go the way back of the task before. If it answers INPROG, or a look prints nothing, leave the old primary closed: it may be promoting at any moment, and gives up after its failover-timeout."
            )
        }
        guard method != .shutdown else { return task }
        task.say("Now the old primary, and its clients:")
        task.type(shell.lines(commands(&script, demote)), isBack: isBack)
        if scene.sentinels.isEmpty { task.say("No Sentinel tells applications: give them the new address now.") }
        return task
    }

    private func demote(_ script: inout CommandScript) {
        if !isRefused {
            script.follow(
                [.plain(to.address.host), .plain("\(to.address.port)")], from,
                "from here on it answers READONLY to a write")
            script.rewrite(at: from, "so that a restart does not make it a primary again")
        }
        script.rewrite(at: to, "so that a restart does not make it a replica again")
        for words in HandCutover.kicks {
            script.send(words, to: from, "its clients ask for the primary again", answer: "a number")
        }
    }

    /// A Sentinel that has not forgotten it yet may make it follow once more, so it is told twice.
    func standAlone(_ task: inout Task, _ script: inout CommandScript) {
        func alone(_ script: inout CommandScript) {
            script.follow(ForeseenCutover.nowhere, from, "it stands alone, and answers READONLY")
            script.rewrite(at: from)
        }
        task.type(shell.lines(commands(&script, alone)))
        for sentinel in scene.sentinels {
            task.type(
                shell.lines(
                    commands(&script) { script in
                        script.send(
                            ["SENTINEL", "RESET", .plain(scene.primaryName)], to: sentinel, "it forgets the source",
                            answer: "1")
                    }))
            task.look([shell.seesOthers(sentinel)])
        }
        if !scene.sentinels.isEmpty { task.type(shell.lines(commands(&script, alone))) }
    }

    /// The other replicas have their own settings again.
    func settleOthers(_ task: inout Task, _ script: inout CommandScript) {
        guard replicas != .detach, !others.isEmpty else { return }
        task.say("The Sentinels have made the other replicas follow; they get their settings back:")
        task.type(
            shell.lines(
                commands(&script) { script in
                    for replica in others { script.lowerFence(to: before.fencePrior(of: replica), at: replica) }
                }))
    }
}
