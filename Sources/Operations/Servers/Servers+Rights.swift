package import PlanModel

extension Servers {
    /// What planrun sends for every plan: it looks at the servers before, during and after each step, finds out which
    /// addresses lead to them, and sees to it that no other planrun does the same.
    package static func rights(_ plan: Plan) -> Rights {
        let instances = Rights(at: [.source, .target], Server.rights + [.configGet] + RunClaim.rights)
        let identity = IdentityProof.rights(plan)
        guard plan.sentinel != nil else { return instances + identity }
        let looking = Server.rights + Server.sentinelRights(plan) + RunClaim.rights
        return instances + identity + Rights(at: [.sentinel], looking)
    }
}
