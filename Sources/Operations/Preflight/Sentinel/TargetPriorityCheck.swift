import Execution
import PlanModel
import RESP
import RedisTopology

/// Sentinel may promote the target; with a replica-priority of 0 it would not.
struct TargetPriorityCheck: Check {
    static let declaration = CheckDeclaration(
        id: "target-priority", title: "Sentinel may promote the target (replica-priority)")

    static func applies(to plan: Plan) -> Bool { plan.sentinel != nil }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        guard let priority = try await target.setting("replica-priority") else {
            return .passed("\(target.endpoint) has no replica-priority")
        }
        guard priority == "0" else {
            return .passed("\(target.endpoint) has replica-priority \(priority.printable)")
        }
        return .missed(
            "\(target.endpoint) has replica-priority 0: Sentinel would never promote it", wants: "1 or more",
            at: [target.name], remedy: ["CONFIG SET replica-priority 100 on \(target.endpoint)"])
    }
}
