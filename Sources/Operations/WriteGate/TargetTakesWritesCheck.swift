import Execution
import PlanModel

/// Nothing about the target or its settings keeps it from accepting, and keeping, every write that the source accepts.
struct TargetTakesWritesCheck: Check {
    static let declaration = CheckDeclaration(
        id: "takes-writes", title: "the target will take, and keep, every write that the source takes")

    static func applies(to plan: Plan) -> Bool { plan.failover != nil }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        .combined(
            try await WriteGate.read(servers).obstacles,
            passed: "nothing keeps the target from taking writes as a primary")
    }
}
