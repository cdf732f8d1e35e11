package import PlanModel

/// One question that a `preflight` or `verify` step asks the servers. It only reads.
package protocol Check: Sendable {
    static var declaration: CheckDeclaration { get }
    /// Whether the check makes sense for this plan. A check of Sentinels makes none if the plan has no Sentinels.
    static func applies(to plan: Plan) -> Bool
    /// The rights for the check's own questions. `Servers.rights` covers what planrun sends for every plan.
    static func rights(in plan: Plan) -> Rights
    /// The checks without which this one makes no sense: what it found and advised would be a consequence of what they
    /// found. Where one of them fails, this one is not asked.
    static var causes: [any Check.Type] { get }
    init()
    /// - Throws: `StepFailure` if the check gets no answer, because a server does not answer or refuses the question.
    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding
}

extension Check {
    package static func applies(to plan: Plan) -> Bool { true }
    package static func rights(in plan: Plan) -> Rights { .none }
    package static var causes: [any Check.Type] { [] }
}
