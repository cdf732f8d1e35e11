import Execution
import PlanModel
import RESP
import RedisTopology

/// The target has a `replica-priority`, which keeps the Sentinels from promoting it before it has everything, and it is not 0:
/// somebody may have meant that the target shall never be promoted.
struct TargetPriorityCheck: Check {
    static let declaration = CheckDeclaration(
        id: "target-priority", title: "Sentinel may promote the target (replica-priority)", severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.sentinel != nil }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        guard let priority = try await target.setting(Fence.priority) else {
            return .missed(
                "\(target.endpoint) has no replica-priority: nothing keeps the Sentinels from promoting it before it has everything",
                wants: "a target that has one", at: [target.name],
                remedy: ["take a newer release as target; Dragonfly has it since 1.20"])
        }
        guard priority == "0" else {
            return .passed("\(target.endpoint) has replica-priority \(priority.printable)")
        }
        if try await isOurs(servers) {
            return .passed("\(target.endpoint) has replica-priority 0 until it has everything")
        }
        return .missed(
            "\(target.endpoint) has replica-priority 0; planrun sets it to 100 once the target has everything",
            wants: "1 or more", at: [target.name],
            remedy: ["find out who set it; \(AdvisedCommand.targetPriority.line("100")) on \(target.endpoint)"])
    }

    /// Whether it is planrun that keeps the target from being promoted. A Dragonfly has no place for a note of it.
    private func isOurs(_ servers: Servers) async throws -> Bool {
        if let mark = try await servers.target.mark() { return mark.original(of: Fence.priority, now: "0") != "0" }
        guard let primary = try await servers.target.replication().upstream?.primary else { return false }
        return await servers.isSame(primary, as: servers.source)
    }
}
