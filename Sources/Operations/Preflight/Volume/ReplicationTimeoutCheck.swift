import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// `repl-timeout` is long enough that neither side gives up while the other saves or loads the data.
struct ReplicationTimeoutCheck: Check {
    static let declaration = CheckDeclaration(
        id: "repl-timeout", title: "repl-timeout outlasts the loading of the data", severity: .warn,
        limits: [SyncForecast.rateLimit])

    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let forecast = try await SyncForecast.read(
            servers, transferRate: limits.size("transfer-rate"), window: .milliseconds(1))
        let needed = max(60, Int64(saturating: forecast.duration / .seconds(1)))
        var findings: [Finding] = []
        for server in [servers.source, servers.target] {
            guard let seconds = try await server.integerSetting("repl-timeout"), seconds < needed else {
                continue
            }
            findings.append(
                .missed(
                    "repl-timeout on \(server.endpoint) is \(seconds) s",
                    wants: "\(needed) s at least for \(ByteCount(bytes: forecast.dataset).text)",
                    at: [server.name],
                    remedy: ["\(AdvisedCommand.replicationTimeout.line("\(max(300, needed))")) on \(server.endpoint)"]))
        }
        return .combined(findings, passed: "repl-timeout is \(needed) s or more where it is shown")
    }
}
