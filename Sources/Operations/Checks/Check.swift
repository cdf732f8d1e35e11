package import PlanModel

/// One question to the servers, of a `preflight` or `verify` step. Reads only.
package protocol Check: Sendable {
    static var declaration: CheckDeclaration { get }
    /// Whether the question makes sense for this plan; a plan without Sentinels has none to ask.
    static func applies(to plan: Plan) -> Bool
    /// What it sends besides what planrun sends for every plan (`Servers.rights`).
    static func rights(in plan: Plan) -> Rights
    init()
    /// - Throws: `StepFailure` where it cannot be told, because a server does not answer.
    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding
}

extension Check {
    package static func applies(to plan: Plan) -> Bool { true }
    package static func rights(in plan: Plan) -> Rights { .none }
}
