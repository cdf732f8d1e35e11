import PlanModel
import RESP
import RedisTopology
import Values

/// After the cutover every Sentinel names the target: in the address that it gives clients, and in `SENTINEL MASTER`.
struct SentinelsSwitchedCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinels-switched", title: "every Sentinel names the target as the primary")

    static func applies(to plan: Plan) -> Bool { plan.sentinel != nil }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        for sentinel in servers.sentinels {
            // Some clients ask for `SENTINEL MASTER`, which changes a little later than the address for clients.
            let named = try await sentinel.primaryAddress(servers.primaryName)
            let shown = try await sentinel.sentinelPrimary(servers.primaryName)?.address
            if let finding = await missed(sentinel, [named, shown], servers) { findings.append(finding) }
        }
        let count = servers.sentinels.count
        return .combined(findings, passed: "\(count) of \(count) Sentinels name \(servers.target.endpoint)")
    }

    private static func monitoring(_ servers: Servers) -> String {
        let (name, target) = (servers.primaryName, servers.target.endpoint)
        let command = AdvisedCommand.unmonitoredTarget.line(name, target.host, "\(target.port)", "<quorum>")
        return "monitor the target there: \(command)"
    }

    private func missed(_ sentinel: Sentinel, _ addresses: [Endpoint?], _ servers: Servers) async -> Finding? {
        for address in addresses {
            guard let address else {
                return .missed(
                    "\(sentinel.name) monitors no '\(servers.primaryName)'", wants: "\(servers.target.endpoint)",
                    at: [sentinel.name], remedy: [Self.monitoring(servers)])
            }
            if await servers.isSame(address, as: servers.target) { continue }
            return .missed(
                "\(sentinel.name) names \(address)", wants: "\(servers.target.endpoint)", at: [sentinel.name],
                remedy: ["if it does not follow within a minute, look at the log of \(sentinel.endpoint)"])
        }
        return nil
    }
}
