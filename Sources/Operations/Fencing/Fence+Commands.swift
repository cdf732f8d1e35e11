import PlanModel

/// The commands of a fence, before they are sent.
extension CommandScript {
    /// - Parameter replicasInSync: how many replicas will be in sync then; `nil` if nobody knows.
    mutating func raiseFence(at party: Party, replicasInSync: Int?) {
        let prior = fencePrior(of: party)
        let known = prior.compactMapValues(\.value)
        if let replicasInSync, known.count == prior.count {
            return change(
                Fence.changes(over: known, replicasInSync: replicasInSync).map { ($0.name, .plain($0.value)) },
                at: party, Self.whyFenced)
        }
        var changes: [(String, Word)] = []
        if prior[Fence.quorumOfReplicas] != nil {
            changes.append((Fence.quorumOfReplicas, .open("how many replicas are in sync")))
        }
        if prior[Fence.priority] != nil { changes.append((Fence.priority, "0")) }
        change(changes, at: party, Self.whyFenced)
    }

    private static func whyFenced(_ name: String) -> String {
        name == Fence.priority
            ? "no Sentinel promotes it again" : "it refuses writes by itself once its successor has left it"
    }

    /// What the fence changes, as it was before planrun. Settings that the engine lacks are left out.
    func fencePrior(of party: Party) -> [String: Word] {
        let names = Fence.writeRuleNames + [Fence.priority]
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in original(name, of: party).map { (name, $0) } })
    }

    mutating func closeForWrites(_ party: Party) {
        guard setting(Fence.quorumOfReplicas, of: party) != nil,
            setting(Fence.quorumOfReplicas, of: party)?.value != Fence.unreachable
        else { return }
        change(Fence.closing.map { ($0.name, .plain($0.value)) }, at: party) { _ in "it takes no write any more" }
    }

    mutating func excludeFromPromotion(_ party: Party, writingFile: Bool = true, _ why: String) {
        guard setting(Fence.priority, of: party) != nil else { return }
        change([(Fence.priority, "0")], at: party, writingFile: writingFile) { _ in why }
    }

    /// - Parameter priority: `nil` is what it was before.
    mutating func admitToPromotion(_ party: Party, as priority: Word? = nil, _ why: String) {
        guard let original = original(Fence.priority, of: party) else { return }
        if let priority, priority != original {
            return change([(Fence.priority, priority)], at: party, writingFile: false) { _ in why }
        }
        set(Fence.priority, to: original, at: party, why)
        forget([Fence.priority], at: party)
    }

    mutating func bringFenceToRest(_ prior: [String: Word], at party: Party) {
        setAll(writeRule(prior), at: party, "as before")
        if prior[Fence.priority] != nil { set(Fence.priority, to: "0", at: party, "no Sentinel promotes it again") }
        rewrite(at: party)
        if forget(Fence.writeRuleNames, at: party) { rewrite(at: party) }
    }

    mutating func lowerFence(to prior: [String: Word], at party: Party) {
        setAll(fenceSettings(prior), at: party, "as before")
        rewrite(at: party)
        if forget(Fence.writeRuleNames + [Fence.priority], at: party) { rewrite(at: party) }
    }

    /// All settings of a fence, in the order in which they are put back.
    func fenceSettings(_ prior: [String: Word]) -> [(name: String, value: Word)] {
        writeRule(prior) + (prior[Fence.priority].map { [(Fence.priority, $0)] } ?? [])
    }

    private func writeRule(_ prior: [String: Word]) -> [(name: String, value: Word)] {
        [Fence.quorumOfReplicas, Fence.maximumLag].compactMap { name in prior[name].map { (name, $0) } }
    }

    mutating func setAll(_ settings: [(name: String, value: Word)], at party: Party, _ why: String) {
        for (name, value) in settings { set(name, to: value, at: party, why) }
    }

    private mutating func change(
        _ changes: [(String, Word)], at party: Party, writingFile: Bool = true, _ why: (String) -> String
    ) {
        var noted: [String: SettingMark.Change] = [:]
        for (name, value) in changes {
            guard let original = original(name, of: party) else { continue }
            noted[name] = SettingMark.Change(original: original.value ?? "", set: value.value ?? "?")
        }
        note(noted, at: party)
        for (name, value) in changes { set(name, to: value, at: party, why(name)) }
        if writingFile { rewrite(at: party) }
    }
}

/// The commands that make a server a replica, or a primary, before they are sent.
extension CommandScript {
    mutating func follow(_ address: [Word], _ party: Party, _ why: String, condition: String? = nil) {
        send(["REPLICAOF"] + address, to: party, why, condition: condition)
    }

    mutating func detach(_ party: Party, _ why: String) { send(["REPLICAOF", "NO", "ONE"], to: party, why) }
}
