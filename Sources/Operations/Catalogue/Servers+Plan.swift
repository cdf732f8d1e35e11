package import PlanModel
package import RESP

extension Servers {
    /// The servers of a plan, with the rights that its steps declare.
    /// - Throws: if a secret that the plan refers to cannot be read.
    package init(
        plan: Plan, connector: any SessionConnector, environment: [String: String],
        name: ConnectionName = ConnectionName(.reading), clock: any Clock<Duration> = ContinuousClock(),
        probesWrites: Bool = true,
        resolve: @escaping @Sendable (String) async -> Set<String>
    ) throws(SecretError) {
        try self.init(
            plan: plan, rights: plan.rights, rightsWithoutChecks: plan.rightsWithoutChecks, connector: connector,
            environment: environment, name: name, clock: clock,
            probesWrites: probesWrites, resolve: resolve)
    }
}
