package import PlanModel

/// One question that a `preflight` or `verify` step puts to the servers. It only reads.
package protocol Check: Sendable {
    static var declaration: CheckDeclaration { get }
    /// Whether the question makes sense for this plan. A question about Sentinels makes none in a plan without them.
    static func applies(to plan: Plan) -> Bool
    /// The rights for what the check sends besides what planrun sends for every plan (`Servers.rights`).
    static func rights(in plan: Plan) -> Rights
    init()
    /// - Throws: `StepFailure` where there is no answer, because a server does not answer or refuses the question.
    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding
}

extension Check {
    package static func applies(to plan: Plan) -> Bool { true }
    package static func rights(in plan: Plan) -> Rights { .none }
}
