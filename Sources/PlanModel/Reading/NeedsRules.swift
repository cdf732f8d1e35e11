internal import Diagnostics

/// Checks that ids are unique and needs make an order: every need exists, and no step needs itself, however indirectly.
struct NeedsRules {
    let drafts: [StepDraft]
    let collector: DiagnosticCollector
    private let byID: [String: Int]

    init(_ drafts: [StepDraft], _ collector: DiagnosticCollector) {
        self.drafts = drafts
        self.collector = collector
        byID = Dictionary(drafts.indices.map { (drafts[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether nothing was found, so that conclusions can be drawn from the order.
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

    /// Each is compared with many ids, and nobody reads so many.
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

    /// Each costs the length of its circle, and a hostile plan has as many as it has needs.
    private static let mostCycles = 20

    /// Depth first, without recursion: a plan may be a chain of thousands of steps.
    private func checkCycles() -> Bool {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: drafts.count)
        var cycles = 0
        for root in drafts.indices where marks[root] == .new {
            var path: [(index: Int, nextNeed: Int)] = [(root, 0)]
            marks[root] = .open
            while let (index, nextNeed) = path.last {
                guard nextNeed < drafts[index].needs.count else {
                    marks[index] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].nextNeed += 1
                guard let needed = byID[drafts[index].needs[nextNeed].id], needed != index else { continue }
                switch marks[needed] {
                case .done: break
                case .new:
                    marks[needed] = .open
                    path.append((needed, 0))
                case .open:
                    cycles += 1
                    guard cycles <= Self.mostCycles else { continue }
                    let start = path.lastIndex { $0.index == needed } ?? 0
                    report(path[start...].map { (drafts[$0.index], drafts[$0.index].needs[$0.nextNeed - 1]) })
                }
            }
        }
        return cycles == 0
    }

    private func report(_ cycle: [(step: StepDraft, need: StepDraft.Need)]) {
        let edges = cycle.sorted { $0.need.range < $1.need.range }
        guard let first = edges.first else { return }
        func label(_ edge: (step: StepDraft, need: StepDraft.Need)) -> String {
            "'\(edge.step.id)' needs '\(edge.need.id)'" + (edge.need.isWritten ? "" : ", the step before it")
        }
        let names = cycle.map(\.step.id)
        let way = (names.prefix(8) + (names.count > 8 ? ["…"] : []) + names.prefix(1)).joined(separator: " → ")
        collector.error(
            .needsCycle, "these steps wait for each other: \(way)", at: first.need.range, label: label(first),
            labels: edges.dropFirst().prefix(20).map { Diagnostic.Label($0.need.range, label($0)) },
            help: ["remove one of these needs"])
    }
}
