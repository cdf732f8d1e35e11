package import PlanModel

extension Plan {
    /// The rights for everything that planrun sends in a run of this plan, in its rollback, and when it looks at the
    /// servers in between.
    package var rights: Rights { rights(of: steps) }

    /// The rights without those that only the checks of `preflight` need. A server may lack what such a check asks for, which
    /// is then a finding of that check.
    var rightsWithoutChecks: Rights { rights(of: steps.filter { $0.kind.name != .preflight }) }

    private func rights(of steps: [Step]) -> Rights {
        let places = StepPlaces(self)
        let all = Servers.rights(self) + .sum(steps.map { $0.kind.execution.rights(at: places[$0]) })
        return sentinel == nil ? all.without(.sentinel) : all
    }
}

extension Servers {
    /// The rights for what planrun sends whatever the plan is. It looks at the servers before, during and after each
    /// step, finds out which addresses lead to them, and makes sure that no other planrun carries out a run on them.
    package static func rights(_ plan: Plan) -> Rights {
        let instances = Rights(at: [.source, .target], Server.rights + [.configGet] + RunClaim.rights)
        let identity = IdentityProof.rights(plan)
        guard plan.sentinel != nil else { return instances + identity }
        return instances + identity + Rights(at: [.sentinel], Sentinel.rights(plan) + RunClaim.rights)
    }
}
