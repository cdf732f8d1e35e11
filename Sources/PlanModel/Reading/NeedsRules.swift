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
        var isFine = true
        let ids = drafts.map(\.id)
        for draft in drafts {
            var seen: [String: SourceRange] = [:]
            for need in draft.needs where need.isWritten {
                if let first = seen.updateValue(need.range, forKey: need.id) {
                    isFine = false
                    collector.error(
                        .duplicateNeed, "step \(draft.id.quotedForMessage) needs \(need.id.quotedForMessage) twice",
                        at: need.range,
                        labels: [Diagnostic.Label(first, "first named here")], help: ["name it once"])
                } else if need.id == draft.id {
                    isFine = false
                    collector.error(
                        .selfNeed, "step \(draft.id.quotedForMessage) needs itself", at: need.range,
                        help: ["name the steps that must have succeeded before it"])
                } else if byID[need.id] == nil {
                    isFine = false
                    let suggestion = Suggestion.help(for: need.id, in: ids.filter { $0 != draft.id })
                    collector.error(
                        .unknownStep,
                        "step \(draft.id.quotedForMessage) needs \(need.id.quotedForMessage), which this plan does not define",
                        at: need.range, label: "no step has this id", help: suggestion)
                }
            }
        }
        return isFine
    }

    /// Depth first, without recursion: a plan may be a chain of thousands of steps.
    private func checkCycles() -> Bool {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: drafts.count)
        var isFine = true
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
                    isFine = false
                    let start = path.lastIndex { $0.index == needed } ?? 0
                    report(path[start...].map { (drafts[$0.index], drafts[$0.index].needs[$0.nextNeed - 1]) })
                }
            }
        }
        return isFine
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
