internal import Diagnostics

/// Checks that the steps make sense together: nothing is cut over that was not in sync, and the way of the failover
/// fits the plan.
struct OrderRules {
    let drafts: [StepDraft]
    let hasSentinel: Bool
    let collector: DiagnosticCollector

    func check(isOrderKnown: Bool) {
        checkRepeated(.monitor)
        checkRepeated(.users)
        checkRepeated(.replicaof)
        checkRepeated(.failover)
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
                labels: [Diagnostic.Label(first.nameRange, "the first")], help: ["move the second to a plan of its own"]
            )
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
        let following = dependents(of: .replicaof)
        let synced = dependents(of: .waitForSync)
        let monitored = dependents(of: .monitor)
        let populated = dependents(of: .users)
        let followStep = drafts.first { $0.name == .replicaof }
        let syncStep = drafts.first { $0.name == .waitForSync }
        for (index, draft) in drafts.enumerated() {
            switch draft.name {
            case .replicaof:
                guard let users = drafts.first(where: { $0.name == .users }), !populated.contains(index) else {
                    continue
                }
                reportLateUsers(users, following: draft)
            case .waitForSync:
                guard !following.contains(index) else { continue }
                report(
                    draft, lacks: .replicaof, existing: followStep,
                    why: "could begin before the target follows the source")
            case .failover:
                if !synced.contains(index) {
                    report(
                        draft, lacks: .waitForSync, existing: syncStep, why: "could begin before the target is in sync")
                }
                if let monitor = drafts.first(where: { $0.name == .monitor }), !monitored.contains(index) {
                    report(
                        draft, lacks: .monitor, existing: monitor,
                        why: "could begin before the Sentinels watch the source")
                }
            case .preflight, .monitor, .backup, .users, .verify, .approval, nil: continue
            }
        }
    }

    /// Users that are written into the target's configuration file while it follows would take `replicaof` into it, too: a
    /// target that was detached would follow the source again after its next restart.
    private func reportLateUsers(_ users: StepDraft, following: StepDraft) {
        collector.error(
            .wrongOrder, "step '\(following.id)' could begin before '\(users.id)' is done", at: users.nameRange,
            labels: [Diagnostic.Label(following.nameRange, "follows the source")],
            help: ["put '- users' before '- replicaof': what it writes into the target's file stays true then"])
    }

    /// The steps that need one of a kind, directly or through others.
    private func dependents(of name: StepKind.Name) -> Set<Int> {
        var neededBy: [String: [Int]] = [:]
        for (index, draft) in drafts.enumerated() {
            for need in draft.needs { neededBy[need.id, default: []].append(index) }
        }
        var found: Set<Int> = []
        var queue = drafts.filter { $0.name == name }.map(\.id)
        while let id = queue.popLast() {
            for index in neededBy[id] ?? [] where found.insert(index).inserted { queue.append(drafts[index].id) }
        }
        return found
    }

    private func report(_ draft: StepDraft, lacks name: StepKind.Name, existing: StepDraft?, why: String) {
        let needs = draft.needs.filter(\.isWritten).map(\.id)
        let help = existing.map { "let it need '\($0.id)': needs: [\((needs + [$0.id]).joined(separator: ", "))]" }
        collector.error(
            .wrongOrder, "step '\(draft.id)' \(why): it needs no '\(name.rawValue)' step, directly or through others",
            at: draft.nameRange, help: [help ?? "put '- \(name.rawValue): {}' before it"])
    }
}
