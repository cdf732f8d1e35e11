import Execution
import PlanModel
import RESP
import RedisTopology

/// After the cutover the source accepts no writes, and no Sentinel can promote it again.
struct SourceRetiredCheck: Check {
    static let declaration = CheckDeclaration(
        id: "source-retired", title: "the source is no primary and cannot be chosen again")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let source = servers.source
        guard
            let replication = try await replication(
                of: source, isGone: servers.plan.failover?.certainResting(servers.plan) == .shutdown)
        else { return .passed("\(source.endpoint) is shut down") }
        let isAlone = replication.upstream == nil || replication.upstream?.primary == .nowhere
        if isAlone, try await Fence(primary: source).isClosed() {
            return try await standsAlone(servers)
        }
        if replication.role == .primary {
            return .missed(
                "\(source.endpoint) still says that it is a primary", wants: "a replica of the target",
                at: [source.name], remedy: ["two servers take writes: planrun resume demotes the source"])
        }
        let priority = try await source.setting("replica-priority") ?? ""
        guard priority == "0" || servers.plan.sentinel == nil else {
            return .missed(
                "\(source.endpoint) could be promoted again (replica-priority \(priority.printable))",
                wants: "replica-priority 0", at: [source.name],
                remedy: [
                    "\(AdvisedCommand.promotableSource.line("0")) on \(source.endpoint), and \(AdvisedCommand.keptSetting.line())"
                ])
        }
        return .passed("\(source.endpoint) is a replica with replica-priority \(priority.printable)")
    }

    private func standsAlone(_ servers: Servers) async throws -> Finding {
        let source = servers.source
        if try await Sentinels(servers)?.knowsAny([source.endpoint]) == true {
            return .missed(
                "a Sentinel still lists \(source.endpoint) as a replica", wants: "forgotten by all",
                at: servers.sentinels.map(\.name),
                remedy: ["\(AdvisedCommand.listedSource.line(servers.primaryName)) there, one at a time"])
        }
        return .passed(
            "\(source.endpoint) stands alone and takes no writes"
                + (servers.plan.sentinel == nil ? "" : "; the Sentinels have forgotten it"))
    }

    /// - Parameter isGone: whether the plan shuts the server down, so that it need not answer.
    private func replication(of source: Server, isGone: Bool) async throws(StepFailure) -> ReplicationInfo? {
        do {
            return try await source.replication()
        } catch {
            guard isGone else { throw error }
            return nil
        }
    }
}
