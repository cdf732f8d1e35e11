import PlanModel

/// The checks of a `verify` step: what there is to ask depends on which side of the cutover the step stands.
enum VerificationChecks {
    static func before(_ step: VerifyStep, _ plan: Plan) -> [any Check.Type] {
        [TargetFollowsCheck.self] + data(step)
    }

    static func after(_ step: VerifyStep, _ plan: Plan) -> [any Check.Type] {
        let checks: [any Check.Type] = [
            TargetPrimaryCheck.self, SentinelsSwitchedCheck.self, TargetWritableCheck.self, SourceRetiredCheck.self,
        ]
        return checks.filter { $0.applies(to: plan) } + data(step)
    }

    private static func data(_ step: VerifyStep) -> [any Check.Type] {
        switch step.data {
        case nil: []
        case .count?: [KeyCountCheck.self]
        }
    }
}
