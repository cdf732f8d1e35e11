import Comparison
import PlanGraph
import PlanModel

extension VerifyStep: StepExecution {
    static let role = StepGraph.Role.check

    func rights(at place: StepPlace) -> Rights {
        let checks = checks(isAfterCutover: place.isAfterCutover).filter { $0.applies(to: place.plan) }
        let after = place.isAfterCutover ? KeyComparison.rightsAfterCutover(place.plan) : .none
        return (scope == nil ? .none : KeyComparison.rights + after)
            + .sum(checks.map { $0.rights(in: place.plan) })
            + (place.isAfterCutover ? RefusalsOperation.rights(place.plan) : Conditions.rights(place.plan))
    }

    /// What is asked depends on whether the step stands before or after the cutover.
    func stages(of step: Step, at place: StepPlace) -> [[StepNode]] {
        let checks = checks(isAfterCutover: place.isAfterCutover).filter { $0.applies(to: place.plan) }
        return [
            checks.map { StepNode($0) } + dataNodes(at: place)
                + (place.isAfterCutover ? Self.looksAfter(place.plan) : Self.looksBefore)
        ]
    }

    func checks(isAfterCutover: Bool) -> [any Check.Type] {
        let topology: [any Check.Type] =
            isAfterCutover
            ? [
                TargetPrimaryCheck.self, SentinelsSwitchedCheck.self, TargetWritableCheck.self, SourceRetiredCheck.self,
                FilesWrittenCheck.self,
            ]
            : [TargetFollowsCheck.self]
        return topology + dataChecks
    }

    private var dataChecks: [any Check.Type] {
        switch data {
        case nil, .sample?, .full?: []
        case .count?: [KeyCountCheck.self]
        }
    }

    private var scope: ComparisonScope? {
        switch data {
        case .sample?: keys.map { .sample(keys: $0) }
        case .full?: .full
        case .count?, nil: nil
        }
    }

    private func dataNodes(at place: StepPlace) -> [StepNode] {
        guard let scope else { return [] }
        return [
            StepNode(
                check: KeyComparison.check, title: DataComparisonOperation.title,
                repetition: place.isAfterCutover ? nil : repetition
            ) { [rate] servers, _, _ in
                DataComparisonOperation(
                    servers: servers, settings: KeyComparison.Settings(scope: scope, rate: rate),
                    isAfterCutover: place.isAfterCutover)
            }
        ]
    }

    private static var looksBefore: [StepNode] {
        [
            StepNode(check: ConditionsOperation.id, title: ConditionsOperation.title) { servers, _, _ in
                ConditionsOperation(servers: servers)
            }
        ]
    }

    private static func looksAfter(_ plan: Plan) -> [StepNode] {
        guard RefusalsOperation.applies(to: plan) else { return [] }
        return [
            StepNode(check: RefusalsOperation.id, title: RefusalsOperation.title) { servers, _, _ in
                RefusalsOperation(servers: servers)
            }
        ]
    }
}
