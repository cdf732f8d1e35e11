import PlanModel
import Values

extension DecommissionStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        let source = scene.resting == .shutdown ? [] : [scene.source]
        let old = (replicas == .withSource ? scene.others : []) + source
        let isIsolated = { (party: CommandScript.Party) in
            party.place == .source ? scene.resting == .fenced : scene.replicas == .detach
        }
        let leaving = old.filter { !isIsolated($0) }
        // They are at rest already.
        if leaving.isEmpty, resting == .fenced, scene.resting != .shutdown { return }
        for party in leaving { isolate(party, &script) }
        if !leaving.isEmpty || scene.resting == .shutdown { script.forgetReplica(scene, "it forgets the old servers") }
        for party in old { script.rewrite(at: party) }
        for party in old { end(party, &script) }
    }

    private func isolate(_ party: CommandScript.Party, _ script: inout CommandScript) {
        script.closeForWrites(party)
        script.follow(ForeseenCutover.nowhere, party, "it stands alone, and answers READONLY")
        script.rewrite(at: party)
    }

    private func end(_ party: CommandScript.Party, _ script: inout CommandScript) {
        switch resting {
        case .fenced:
            for words in ClientRelease.closingAll {
                script.send(
                    words.map { .plain($0) }, to: party, "its clients ask for the primary",
                    answer: words == ["EXEC"] ? "OK for each" : words == ["MULTI"] ? "OK" : "QUEUED")
            }
        case .shutdown:
            script.send(["SHUTDOWN", "SAVE"], to: party, "it saves its data and ends", answer: "the connection closes")
        }
    }
}
