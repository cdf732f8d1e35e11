import Diagnostics
import PlanGraph
package import PlanModel
import Values
package import YAMLTree

/// A plan without mistakes, with everything that rules ask for: what is written where, and what waits for what.
package struct PlanUnderReview: Sendable {
    package let plan: Plan
    /// The checks that make sense for the plan.
    package let checks: [CheckDeclaration]
    let root: YAMLNode
    /// The steps in the order of the file, with their places.
    let steps: [StepUnderReview]
    let edges: Edges<String>

    /// - Parameters:
    ///   - root: the tree of the plan's file.
    package init(plan: Plan, root: YAMLNode, checks: [CheckDeclaration]) {
        self.plan = plan
        self.root = root
        self.checks = checks
        let nodes = root.entry("steps")?.value.elements ?? []
        steps = zip(plan.steps, nodes).map(StepUnderReview.init)
        edges = Edges(lenient: plan.steps.map { (id: $0.id, needs: $0.needs) })
    }

    /// The step that makes the target the primary; `nil` for a plan that only prepares it.
    var failover: (place: StepUnderReview, settings: FailoverStep)? {
        for place in steps { if case .failover(let settings) = place.step.kind { return (place, settings) } }
        return nil
    }

    func steps(_ name: StepKind.Name) -> [StepUnderReview] { steps.filter { $0.step.kind.name == name } }

    /// The steps that have succeeded when the given one begins.
    func before(_ step: StepUnderReview) -> [StepUnderReview] {
        let ids = edges.needs(ofAny: [step.id])
        return steps.filter { ids.contains($0.id) }
    }

    /// The steps that begin only after the given one has succeeded.
    func after(_ step: StepUnderReview) -> [StepUnderReview] {
        let ids = edges.dependents(ofAny: [step.id])
        return steps.filter { ids.contains($0.id) }
    }

    /// Where a key is written; if it is not, where the closest key around it is.
    func place(_ path: String...) -> SourceRange {
        var (node, place) = (root, root.firstPlace)
        for key in path {
            guard let entry = node.entry(key) else { break }
            (node, place) = (entry.value, entry.place)
        }
        return place
    }

    /// What the preflights of the plan say about checks, each with its step and its check.
    var checkSettings: [(step: StepUnderReview, check: CheckDeclaration, setting: CheckSetting)] {
        steps.flatMap { step -> [(StepUnderReview, CheckDeclaration, CheckSetting)] in
            guard case .preflight(let preflight) = step.step.kind else { return [] }
            return checks.compactMap { check in preflight.settings[check.id].map { (step, check, $0) } }
        }
    }

    /// The servers and the Sentinels, by the key under which the plan describes them.
    var accesses: [(key: String, endpoints: [Endpoint], access: Access)] {
        [
            ("source", [plan.source.endpoint], plan.source.access),
            ("target", [plan.target.endpoint], plan.target.access),
        ] + (plan.sentinel.map { [("sentinel", $0.endpoints, $0.access)] } ?? [])
    }

    /// The web servers that are told of a run, each with the name of the receiver and the place of its address.
    var webhooks: [(name: String, webhook: Webhook, place: SourceRange)] {
        zip(plan.receivers, root.entry("notify")?.value.elements ?? []).compactMap { receiver, node in
            guard case .webhook(let webhook) = receiver.channel else { return nil }
            return (receiver.name, webhook, node.entry("webhook")?.value.entry("url")?.place ?? node.range)
        }
    }
}

/// A step, and where it is written.
struct StepUnderReview: Sendable {
    let step: Step
    let node: YAMLNode

    var id: String { step.id }

    /// Where the step kind is written.
    var place: SourceRange { node.entry(step.kind.name.rawValue)?.keyRange ?? node.firstPlace }

    /// Where a setting of the step is written, beside its kind or inside its mapping; the place of the step if it is not
    /// written.
    func place(of path: String...) -> SourceRange { entry(path)?.place ?? place }

    func isWritten(_ path: String...) -> Bool { entry(path) != nil }

    private func entry(_ path: [String]) -> YAMLEntry? {
        guard let key = path.first else { return nil }
        guard var entry = node.entry(key) ?? node.entry(step.kind.name.rawValue)?.value.entry(key) else { return nil }
        for key in path.dropFirst() {
            guard let inner = entry.value.entry(key) else { return entry }
            entry = inner
        }
        return entry
    }
}

extension YAMLNode {
    func entry(_ key: String) -> YAMLEntry? { entries?.first { $0.key == key } }

    /// The first key, or the whole value if it has none.
    fileprivate var firstPlace: SourceRange { entries?.first?.keyRange ?? range }
}

extension YAMLEntry {
    /// The key and its value, or the key alone if the value goes on in further lines.
    var place: SourceRange { range.start.line == range.end.line ? range : keyRange }
}
