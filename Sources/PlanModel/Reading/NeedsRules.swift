internal import Diagnostics
internal import PlanGraph

/// Checks that ids are unique and that the steps can be ordered by their needs: every need exists, and no step needs
/// itself, directly or through others.
struct NeedsRules {
    let drafts: [StepDraft]
    let collector: DiagnosticCollector
    private let byID: [String: Int]

    init(_ drafts: [StepDraft], _ collector: DiagnosticCollector) {
        self.drafts = drafts
        self.collector = collector
        byID = Dictionary(drafts.indices.map { (drafts[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns whether there was no mistake. After a mistake the order of the steps is unknown, and no rule may build
    /// on it.
    func check() -> Bool {
        let areIDsUnique = checkIDs()
        let doNeedsExist = checkNeeds()
        return checkCycles() && areIDsUnique && doNeedsExist
    }

    private func checkIDs() -> Bool {
        var isFine = true
        for (index, draft) in drafts.enumerated() {
            guard let first = byID[draft.id], first != index else { continue }
            isFine = false
            collector.error(
                .duplicateStep, "two steps have the id \(draft.id.quotedForMessage)", at: draft.idRange,
                label: "the second",
                labels: [Diagnostic.Label(drafts[first].idRange, "the first")],
                help: ["give one of them an id of its own: 'id: …'"])
        }
        return isFine
    }

    private func checkNeeds() -> Bool {
        var mistakes = 0
        for draft in drafts {
            var seen: [String: SourceRange] = [:]
            for need in draft.needs where need.isWritten {
                let first = seen.updateValue(need.range, forKey: need.id)
                if first == nil, need.id != draft.id, byID[need.id] != nil { continue }
                mistakes += 1
                report(need, of: draft, first: first, isSuggesting: mistakes <= Self.mostSuggestions)
            }
        }
        return mistakes == 0
    }

    /// How many unknown needs get a suggestion. Each is compared with many ids, and nobody reads more.
    private static let mostSuggestions = 20

    private func report(_ need: StepDraft.Need, of draft: StepDraft, first: SourceRange?, isSuggesting: Bool) {
        let (step, needed) = (draft.id.quotedForMessage, need.id.quotedForMessage)
        if let first {
            collector.error(
                .duplicateNeed, "step \(step) needs \(needed) twice", at: need.range,
                labels: [Diagnostic.Label(first, "first named here")], help: ["name it once"])
        } else if need.id == draft.id {
            collector.error(
                .selfNeed, "step \(step) needs itself", at: need.range,
                help: ["name the steps that must have succeeded before it"])
        } else {
            let others = drafts.lazy.map(\.id).filter { $0 != draft.id }
            collector.error(
                .unknownStep, "step \(step) needs \(needed), which this plan does not define", at: need.range,
                label: "no step has this id", help: isSuggesting ? Suggestion.help(for: need.id, in: others) : [])
        }
    }

    /// How many cycles are reported. The time for a report grows with the length of the cycle, and a hostile plan can
    /// have as many cycles as it has needs.
    private static let mostCycles = 20

    /// Reports cycles of several steps; a step that needs itself has been reported already.
    private func checkCycles() -> Bool {
        let cycles = Cycle.all(in: drafts.map { draft in (draft.id, draft.needs.map(\.id).filter { $0 != draft.id }) })
        for cycle in cycles.prefix(Self.mostCycles) { report(cycle) }
        return cycles.isEmpty
    }

    private func report(_ ring: Cycle<String>) {
        let cycle = zip(ring.ids, ring.ids.dropFirst() + ring.ids.prefix(1)).compactMap { id, needed in
            byID[id].flatMap { index in
                let step = drafts[index]
                return step.needs.first { $0.id == needed }.map { need in (step: step, need: need) }
            }
        }
        let edges = cycle.sorted { $0.need.range < $1.need.range }
        guard let first = edges.first else { return }
        func label(_ edge: (step: StepDraft, need: StepDraft.Need)) -> String {
            "\(edge.step.id.quotedForMessage) needs \(edge.need.id.quotedForMessage)"
                + (edge.need.isWritten ? "" : ", the step before it")
        }
        let names = cycle.map(\.step.id.shownInMessage)
        let way = (names.prefix(8) + (names.count > 8 ? ["…"] : []) + names.prefix(1)).joined(separator: " → ")
        collector.error(
            .needsCycle, "these steps wait for each other: \(way)", at: first.need.range, label: label(first),
            labels: edges.dropFirst().prefix(20).map { Diagnostic.Label($0.need.range, label($0)) },
            help: ["remove one of these needs"])
    }
}
