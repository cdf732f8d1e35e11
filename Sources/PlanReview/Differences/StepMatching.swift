import PlanGraph
import PlanModel

/// Which steps of two plans are the same, and how those that both have are ordered and wired.
///
/// An edit changes what other steps wait for, too: a step that is put between two others makes the second wait for it.
/// So the steps that came, went or moved are taken out of both plans before the others are compared. What still differs
/// was rewired by hand.
struct StepMatching {
    /// The steps that both plans have, in the order of the new one. The new one's ids are those of the old one here.
    private(set) var common: [(old: Step, new: Step)] = []
    private(set) var changes: [PlanChange] = []

    init(_ old: Plan, _ new: Plan) {
        let names = Self.renamed(old, new)
        let new = new.renaming(names)
        let before = old.byID
        common = new.steps.compactMap { step in before[step.id].map { ($0, step) } }.filter {
            $0.old.kind.name == $0.new.kind.name
        }
        let kept = Set(common.map(\.new.id))
        changes = common.compactMap { pair in
            names.first { $0.value == pair.new.id }.map { PlanChange(.renamed, pair.old.subject, to: $0.key) }
        }
        let guards = Guards(old, new, kept)
        for step in new.steps where !kept.contains(step.id) {
            changes.append(
                PlanChange(
                    .added, step.subject, to: step.kind.name.rawValue,
                    tendency: guards.isGuard(step, in: new) ? .tightened : nil))
        }
        for step in old.steps where !kept.contains(step.id) {
            changes.append(
                PlanChange(
                    .removed, step.subject, from: step.kind.name.rawValue,
                    tendency: guards.isGuard(step, in: old) ? .loosened : nil))
        }
        let (one, two) = (old.leavingOut { !kept.contains($0.id) }, new.leavingOut { !kept.contains($0.id) })
        guard one.wiring != two.wiring else { return }
        let moved = Self.moved(one.steps.map(\.id), two.steps.map(\.id))
        for step in two.steps where moved.contains(step.id) {
            changes.append(
                PlanChange(
                    .moved, step.subject, from: one.predecessor(of: step.id), to: two.predecessor(of: step.id),
                    tendency: guards.tendency, effect: guards.effect))
        }
        let (rest, others) = (one.leavingOut { moved.contains($0.id) }, two.leavingOut { moved.contains($0.id) })
        for step in others.steps {
            guard let needs = rest.wiring[step.id], needs != Set(step.needs) else { continue }
            changes.append(
                PlanChange(
                    .rewired, step.subject, from: rest.needs(of: step.id), to: others.needs(of: step.id),
                    tendency: guards.tendency, effect: guards.effect))
        }
    }

    /// The new ids of steps that only changed their id, with the old ones.
    private static func renamed(_ old: Plan, _ new: Plan) -> [String: String] {
        let (before, after) = (old.byID, new.byID)
        var gone = old.steps.filter { after[$0.id] == nil }
        var names: [String: String] = [:]
        for step in new.steps where before[step.id] == nil {
            guard
                let index = gone.firstIndex(where: {
                    $0.kind == step.kind && $0.timeout == step.timeout && $0.retries == step.retries
                })
            else { continue }
            names[step.id] = gone.remove(at: index).id
        }
        // What is left of a kind is the same step, if each plan has one of that kind left.
        let come = new.steps.filter { before[$0.id] == nil && names[$0.id] == nil }
        for step in come {
            let alike = gone.filter { $0.kind.name == step.kind.name }
            guard alike.count == 1, come.count(where: { $0.kind.name == step.kind.name }) == 1 else { continue }
            names[step.id] = alike[0].id
        }
        return names
    }

    /// The fewest steps that have to be moved to make one order of the other.
    private static func moved(_ old: [String], _ new: [String]) -> Set<String> {
        let positions = Dictionary(uniqueKeysWithValues: old.enumerated().map { ($1, $0) })
        let order = new.compactMap { positions[$0] }
        // The longest rising subsequence stays: `best[i]` is the longest that ends with `order[i]`.
        var best: [(length: Int, previous: Int?)] = []
        for (index, position) in order.enumerated() {
            let previous = (0..<index).filter { order[$0] < position }.max { best[$0].length < best[$1].length }
            best.append(((previous.map { best[$0].length } ?? 0) + 1, previous))
        }
        var stays: Set<Int> = []
        var index = best.indices.max { best[$0].length < best[$1].length }
        while let current = index {
            stays.insert(order[current])
            index = best[current].previous
        }
        return Set(old.enumerated().filter { !stays.contains($0.offset) }.map(\.element))
    }
}

/// What the failover waits for in two plans, of the steps that both have.
private struct Guards {
    private let lost: [String]
    private let gained: [String]

    init(_ old: Plan, _ new: Plan, _ kept: Set<String>) {
        let (before, after) = (Self.awaited(old).intersection(kept), Self.awaited(new).intersection(kept))
        lost = before.subtracting(after).sorted()
        gained = after.subtracting(before).sorted()
    }

    private static func awaited(_ plan: Plan) -> Set<String> {
        let edges = Edges(lenient: plan.steps.map { (id: $0.id, needs: $0.needs) })
        return edges.needs(ofAny: plan.steps.filter { $0.kind.name == .failover }.map(\.id))
    }

    /// Whether the step looks, asks or saves: a plan without it catches less.
    func isGuard(_ step: Step, in plan: Plan) -> Bool {
        switch step.kind {
        case .preflight, .backup, .waitForSync, .verify, .watch: true
        case .approval: Self.awaited(plan).contains(step.id)
        default: false
        }
    }

    var tendency: Tendency? { !lost.isEmpty ? .loosened : !gained.isEmpty ? .tightened : nil }

    var effect: String? {
        func list(_ ids: [String]) -> String { ids.map { "'\($0)'" }.joined(separator: ", ") }
        if !lost.isEmpty { return "the failover no longer waits for \(list(lost))" }
        return gained.isEmpty ? nil : "the failover now waits for \(list(gained))"
    }
}

extension Step {
    var subject: String { "step '\(id)'" }
}

extension Plan {
    fileprivate var byID: [String: Step] {
        Dictionary(steps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    fileprivate var wiring: [String: Set<String>] {
        Dictionary(steps.map { ($0.id, Set($0.needs)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The plan with other ids.
    /// - Parameter names: the id that a step gets, by the one that it has.
    fileprivate func renaming(_ names: [String: String]) -> Plan {
        var plan = self
        for index in plan.steps.indices {
            plan.steps[index].id = names[plan.steps[index].id] ?? plan.steps[index].id
            plan.steps[index].needs = plan.steps[index].needs.map { names[$0] ?? $0 }
        }
        return plan
    }

    fileprivate func needs(of id: String) -> String? {
        guard let needs = byID[id]?.needs, !needs.isEmpty else { return nil }
        return needs.map { "'\($0)'" }.joined(separator: ", ")
    }

    fileprivate func predecessor(of id: String) -> String? {
        guard let index = steps.firstIndex(where: { $0.id == id }), index > 0 else { return nil }
        return "'\(steps[index - 1].id)'"
    }
}
