import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The source's backlog is large enough that a replica can resume after a short break of its link, without a full sync.
struct BacklogCheck: Check {
    static let declaration = CheckDeclaration(
        id: "backlog", title: "the replication backlog covers a short loss of the link", severity: .warn,
        limits: [
            .init(
                key: "covers", defaultValue: .duration(.seconds(60)), weaker: .lower,
                meaning: "how long the link may be lost")
        ])

    /// Not for Dragonfly, which begins a new full sync each time that its link to a Redis breaks, whatever the backlog
    /// holds.
    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly && plan.target.engine != .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let size = try await servers.source.integerSetting("repl-backlog-size") ?? 0
        let forecast = try await SyncForecast.read(servers, transferRate: ByteCount(bytes: 1 << 20))
        let covers = limits.duration("covers")
        let needed = forecast.writeRate.multiplied(saturating: Int64(saturating: covers / .seconds(1)))
        let rate = "\(ByteCount(bytes: forecast.writeRate).text)/s"
        if size >= needed {
            return .passed("\(ByteCount(bytes: size).text) hold what is written in \(covers.planText) (\(rate))")
        }
        return .missed(
            "repl-backlog-size is \(ByteCount(bytes: size).text), and \(rate) are written",
            wants: "\(ByteCount(bytes: needed).text) for \(covers.planText) without the link",
            at: [servers.source.name],
            remedy: ["\(AdvisedCommand.backlog.line("\(needed)")) on \(servers.source.endpoint)"])
    }
}
