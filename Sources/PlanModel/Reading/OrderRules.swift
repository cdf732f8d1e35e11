internal import Diagnostics
internal import PlanGraph

/// Checks that the steps make sense together: a failover waits until the target is in sync, and the way in which it
/// promotes the target fits the plan.
struct OrderRules {
    let drafts: [StepDraft]
    let hasSentinel: Bool
    let collector: DiagnosticCollector

    func check(isOrderKnown: Bool) {
        for name in StepKind.Name.allCases where name.settingsType.isOncePerPlan { checkRepeated(name) }
        checkMethods()
        guard isOrderKnown, !drafts.contains(where: \.isUncertain) else { return }
        checkOrder()
    }

    private func checkRepeated(_ name: StepKind.Name) {
        let steps = drafts.filter { $0.name == name }
        guard let first = steps.first else { return }
        for step in steps.dropFirst() {
            collector.error(
                .repeatedStepKind, "a plan has one '\(name.rawValue)' step", at: step.nameRange, label: "the second",
                labels: [Diagnostic.Label(first.nameRange, "the first")],
                help: [
                    name == .failover
                        ? "one plan cuts over once; move the second to a plan of its own" : "remove one of them"
                ])
        }
    }

    private func checkMethods() {
        for draft in drafts {
            if draft.name == .monitor, !hasSentinel { reportNoSentinels("'monitor'", at: draft.nameRange, without: []) }
            guard case .failover(let failover) = draft.kind else { continue }
            let place = draft.methodRange ?? draft.nameRange
            switch (failover.method, hasSentinel) {
            case (.sentinel, true), (.announce, true), (.fastest, true), (.shutdown, true),
                (.promote, false):
                break
            case (.sentinel, false), (.announce, false), (.fastest, false), (.shutdown, false):
                reportNoSentinels(
                    "'via: \(failover.method.rawValue)'", at: place,
                    without: ["without Sentinel write: failover: { via: promote }"])
            case (.promote, true):
                collector.error(
                    .promoteUnderSentinel, "'via: promote' is for plans without Sentinel", at: place,
                    help: [
                        "Sentinels that do not know of the promotion turn the target back into a replica",
                        "write 'via: sentinel', or remove 'sentinel:' if nothing monitors the source",
                    ])
            }
        }
    }

    private func reportNoSentinels(
        _ what: String, at place: SourceRange, without alternative: [String]
    ) {
        collector.error(
            .sentinelMissing, "\(what) needs Sentinels, and this plan names none", at: place,
            help: ["name them: sentinel: { primary: NAME, addresses: [10.0.0.3:26379] }"] + alternative)
    }

    private func checkOrder() {
        let edges = Edges(lenient: drafts.map { ($0.id, $0.needs.map(\.id)) })
        var needing: [StepKind.Name: Set<String>] = [:]
        for name in StepKind.Name.allCases {
            needing[name] = edges.dependents(ofAny: drafts.lazy.filter { $0.name == name }.map(\.id))
        }
        var firsts: [StepKind.Name: StepDraft] = [:]
        for draft in drafts { if let name = draft.name, firsts[name] == nil { firsts[name] = draft } }
        let late = needing[.failover] ?? []
        let timelyKinds = Set(drafts.lazy.filter { !late.contains($0.id) }.compactMap(\.name))
        checkVerified(edges)
        for draft in drafts {
            guard let name = draft.name else { continue }
            // If all steps of a kind come after the failover, it is the failover that stands too early.
            if late.contains(draft.id), name.settingsType.belongsBeforeFailover, timelyKinds.contains(name) {
                reportLate(draft, after: firsts[.failover])
                continue
            }
            for prerequisite in name.settingsType.prerequisites
            where needing[prerequisite.kind]?.contains(draft.id) != true {
                let existing = firsts[prerequisite.kind]
                let isLater = existing.map { needing[name]?.contains($0.id) == true } ?? false
                check(draft, prerequisite, existing: existing, isLater: isLater)
            }
        }
    }

    /// A cutover that demands a fresh comparison must need one.
    private func checkVerified(_ edges: Edges<String>) {
        let compared = edges.dependents(ofAny: drafts.lazy.filter { $0.comparesValues }.map(\.id))
        for draft in drafts {
            guard case .failover(let failover) = draft.kind, failover.verifiedWithin != nil,
                !compared.contains(draft.id)
            else { continue }
            collector.error(
                .wrongOrder,
                "step '\(draft.id)' demands a comparison of values ('verified-within'), and needs no step that makes one",
                at: draft.nameRange, help: ["put '- verify: { data: full }' before it"])
        }
    }

    /// Reports a step that makes no sense after the failover, because by then the target is the primary and follows
    /// nobody.
    private func reportLate(_ draft: StepDraft, after failover: StepDraft?) {
        guard let failover, let name = draft.name else { return }
        collector.error(
            .wrongOrder, "step '\(draft.id)' comes after '\(failover.id)', which makes the target the primary",
            at: draft.nameRange, label: "the target no longer follows anybody",
            labels: [Diagnostic.Label(failover.nameRange, "cuts over")],
            help: ["put '- \(name.rawValue)' before '- failover', or remove it; 'verify' looks at the world after it"])
    }

    /// - Parameters:
    ///   - existing: a step of the prerequisite's kind, which `draft` does not need; `nil` if the plan has none.
    ///   - isLater: whether `existing` waits for a step of the kind of `draft`.
    private func check(_ draft: StepDraft, _ prerequisite: StepPrerequisite, existing: StepDraft?, isLater: Bool) {
        switch (prerequisite.absence, existing) {
        case (.isFine, nil), (.isFineAndItselfMisplaced, nil): return
        case (.isMistake, _), (.isFine, _?):
            report(draft, lacks: prerequisite.kind, existing: existing, isLater: isLater, why: prerequisite.why)
        case (.isFineAndItselfMisplaced(let label, let help), let misplaced?):
            collector.error(
                .wrongOrder, "step '\(draft.id)' \(prerequisite.why) '\(misplaced.id)' is done",
                at: misplaced.nameRange,
                labels: [Diagnostic.Label(draft.nameRange, label)], help: [help])
        }
    }

    private func report(
        _ draft: StepDraft, lacks name: StepKind.Name, existing: StepDraft?, isLater: Bool, why: String
    ) {
        func help(_ existing: StepDraft) -> String {
            // If the other step waits for this one, needing it would make a cycle.
            if isLater { return "put '- \(name.rawValue)' before it" }
            let needs = draft.needs.map(\.id) + [existing.id]
            return "let it need '\(existing.id)': needs: [\(needs.joined(separator: ", "))]"
        }
        let labels = existing.map { isLater ? [Diagnostic.Label($0.nameRange, "comes after it")] : [] } ?? []
        collector.error(
            .wrongOrder, "step '\(draft.id)' \(why): it needs no '\(name.rawValue)' step, directly or through others",
            at: draft.nameRange, labels: labels, help: [existing.map(help) ?? "put '- \(name.rawValue): {}' before it"])
    }
}

extension StepDraft {
    fileprivate var comparesValues: Bool {
        guard case .verify(let verify) = kind else { return false }
        return verify.data?.readsValues == true
    }
}
