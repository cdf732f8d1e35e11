import PlanModel
import RedisTopology
import Values

/// The commands of a handover from one server to another, before they are sent: what `Cutover` and its driver do if nothing
/// goes wrong.
struct ForeseenCutover {
    typealias Party = CommandScript.Party

    let scene: CommandScene
    let from: Party
    let to: Party
    /// How planrun logs in to the new primary.
    let access: Access
    /// `nil` if the Sentinels decide it and were not asked: then it may be by `sentinel` or by `announce`.
    let method: FailoverStep.Method?
    let writePause: Duration
    /// The old primary's replicas other than the new one, and what becomes of them.
    var others: [Party] = []
    var replicas: FailoverStep.OtherReplicas?
    var replicasInSync: Int?
    /// Whether the new primary refuses the login of the old one, which could not follow it.
    var isRefused = false
    /// Settings that the new primary needs to take writes again.
    var reopening: [(name: String, value: ForeseenCommand.Word)] = []

    private var name: ForeseenCommand.Word { .plain(scene.primaryName) }
    private var credentials: ForeseenCredentials { isRefused ? .refused : ForeseenCredentials(toFollow: access) }

    func run(_ script: inout CommandScript) {
        let prior = script.fencePrior(of: from)
        prepare(&script)
        probe(from, &script)
        for _ in 1...2 {
            script.send(
                WritePause.words(for: writePause).map { .plain($0) }, to: from,
                "writes wait while the other one gets the last bytes; sent again as long as they have to wait")
        }
        exchange(&script)
        if method == .shutdown { return }
        demote(&script)
        if method != .sentinel, method != .promote { announce(&script) }
        endFailover(&script)
        release(&script, "its clients ask for the primary again")
        release(&script, "the same for those that were on their way to it")
        if script.setting(Fence.quorumOfReplicas, of: from)?.value != Fence.unreachable {
            script.bringFenceToRest(prior, at: from)
        }
        probe(to, &script)
    }

    /// Everything before writes are held back.
    func prepare(_ script: inout CommandScript) {
        credentials.apply(
            to: from,
            isRefused ? "it could not follow, so it tries once a second only" : "with it it logs in to its successor",
            in: &script)
        script.rewrite(at: from, "whether it can write its file, before anything depends on it")
        script.rewrite(at: to, "whether it can write its file, before anything depends on it")
        excludeOthers(&script)
        script.raiseFence(at: from, replicasInSync: replicasInSync)
    }

    /// Takes back what `prepare` has done, and the pause.
    func stepBack(_ script: inout CommandScript, to before: CommandScript) {
        script.send(ClientRelease.unpausing.map { .plain($0) }, to: from, "writes go on")
        script.lowerFence(to: before.fencePrior(of: from), at: from)
        restoreCredentials(&script, as: before)
        script.rewrite(at: from)
        restoreOthers(&script, to: before)
    }

    func restoreCredentials(_ script: inout CommandScript, as before: CommandScript) {
        credentials.restore(on: from, as: before, in: &script)
    }

    private func probe(_ party: Party, _ script: inout CommandScript) {
        script.send(
            ["SET", .open("\(WriteProbe.keyPrefix) and a number"), "planrun", "EX", "60"], to: party,
            "measures the write gap as an application sees it", condition: "if planrun's user may write that key")
    }

    private func exchange(_ script: inout CommandScript) {
        switch method {
        case .sentinel?:
            let which = scene.sentinels.count > 1 ? " (the one that looks at the target next)" : ""
            if let sentinel = scene.sentinels.first {
                script.send(
                    ["SENTINEL", "FAILOVER", name], to: sentinel, "it promotes the target and tells clients" + which)
            }
        case .shutdown?:
            return script.send(
                ["SHUTDOWN"], to: from, "the Sentinels notice, and promote the target", answer: "the connection closes")
        case nil:
            if let sentinel = scene.sentinels.first {
                script.send(
                    ["SENTINEL", "FAILOVER", name], to: sentinel, "it promotes the target and tells clients",
                    condition: "if the Sentinels cannot be told directly")
            }
        case .announce?, .promote?, .fastest?: break
        }
        script.detach(to, "the new primary; it has every byte by its own account")
        for (name, value) in reopening { script.set(name, to: value, at: to, "it takes writes again") }
    }

    private func demote(_ script: inout CommandScript) {
        let address = to.address
        script.follow(
            [.plain(address.host), .plain("\(address.port)")], from, "from here on it answers READONLY to a write")
        script.rewrite(at: from, "so that a restart does not make it a primary again")
        script.rewrite(at: to, "so that a restart does not make it a replica again")
    }

    private func announce(_ script: inout CommandScript) {
        for sentinel in scene.sentinels {
            script.send(
                [
                    "PUBLISH", "__sentinel__:hello",
                    .open("a hello that names \(to.address), in another Sentinel's name"),
                ],
                to: sentinel, "it names the new primary at once", answer: "1",
                condition: method == nil ? "if the Sentinels can be told directly" : nil)
        }
        // Only a return announces to a single Sentinel, which then has to forget the sender.
        guard scene.sentinels.count == 1, method == .announce, let sentinel = scene.sentinels.first else { return }
        script.send(
            ["SENTINEL", "RESET", name], to: sentinel, "it forgets the Sentinel in whose name it was told", answer: "1")
    }

    /// Only a Sentinel that waits for other replicas has to be made to end its failover.
    private func endFailover(_ script: inout CommandScript) {
        guard !others.isEmpty, replicas ?? .follow == .follow else { return }
        for sentinel in scene.sentinels {
            let timeout = scene.watched[sentinel.address]?.failoverTimeout ?? .zero
            let prior = Int64(saturating: timeout / .milliseconds(1))
            guard prior > FailoverTimeouts.passed else { continue }
            for (value, why) in [
                (FailoverTimeouts.passed, "it ends its failover, and shows the new primary to everybody"),
                (prior, "as before"),
            ] {
                script.send(
                    ["SENTINEL", "SET", name, .plain(FailoverTimeouts.name), .plain("\(value)")], to: sentinel, why,
                    condition: "while it waits for the other replicas")
            }
        }
    }

    /// Its clients find the new primary.
    func release(_ script: inout CommandScript, _ why: String) {
        guard from.engine == .dragonfly else {
            for words in ClientRelease.closingAll {
                script.send(
                    words.map { .plain($0) }, to: from, why,
                    answer: words == ["EXEC"] ? "OK for each" : words == ["MULTI"] ? "OK" : "QUEUED")
            }
            return
        }
        script.send(
            ["CLIENT", "KILL", "ID", .open("each application's connection")], to: from, why)
        script.send(ClientRelease.unpausing.map { .plain($0) }, to: from, "writes wait no longer")
    }
}

/// The other replicas.
extension ForeseenCutover {
    private func excludeOthers(_ script: inout CommandScript) {
        for replica in others { script.excludeFromPromotion(replica, "no Sentinel promotes it instead") }
        guard replicas == .detach, !others.isEmpty else { return }
        for replica in others {
            script.closeForWrites(replica)
            script.follow(Self.nowhere, replica, "it stands alone, and answers READONLY")
            script.rewrite(at: replica)
        }
        script.forgetReplica(scene, "it forgets the detached replicas")
    }

    /// After the handover.
    func bringOthersToRest(_ script: inout CommandScript, as before: CommandScript) {
        guard replicas != .detach else { return }
        for replica in others {
            if replicas == .follow { lead(replica, to: to, "unless its Sentinel has made it follow", &script) }
            script.lowerFence(to: before.fencePrior(of: replica), at: replica)
        }
    }

    func restoreOthers(_ script: inout CommandScript, to before: CommandScript) {
        for replica in others {
            lead(replica, to: from, "if it follows another one", &script)
            script.lowerFence(to: before.fencePrior(of: replica), at: replica)
        }
    }

    private func lead(_ replica: Party, to primary: Party, _ condition: String, _ script: inout CommandScript) {
        script.follow(
            [.plain(primary.address.host), .plain("\(primary.address.port)")], replica, "it follows the primary",
            condition: condition)
    }

    static let nowhere = ["127.0.0.1", "0"].map { ForeseenCommand.Word.plain($0) }
}
