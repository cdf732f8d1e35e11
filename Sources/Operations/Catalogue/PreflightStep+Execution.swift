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
        // All at once: a server that does not answer keeps no check of another server from being made.
        let asked = asked(in: place.plan)
        return [asked.map { StepNode($0, self, among: asked) }]
    }
}
