import PlanGraph
import PlanModel

extension PreflightStep: StepExecution {
    static let role = StepGraph.Role.check

    func rights(at place: StepPlace) -> Rights {
        .sum(asked(in: place.plan).map { $0.rights(in: place.plan) })
    }

    private func asked(in plan: Plan) -> [any Check.Type] {
        PreflightCatalogue.checks.filter { $0.applies(to: plan) && severity(of: $0.declaration) != .off }
    }

    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        let asked = asked(in: place.plan)
        // The check `reachable` comes first, so that a server that does not answer is reported once, and not by every
        // check.
        let first = asked.filter { $0 == ReachableCheck.self }
        let rest = asked.filter { $0 != ReachableCheck.self }
        return [first, rest].map { $0.map { StepNode($0, self) } }
    }
}
