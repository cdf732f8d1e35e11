import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// There is a recent save of the source, to fall back on when everything else fails.
struct BackupAgeCheck: Check {
    static let declaration = CheckDeclaration(
        id: "backup", title: "the source was saved not long ago", severity: .warn,
        limits: [
            .init(
                key: "max-age", defaultValue: .duration(.seconds(24 * 3600)), weaker: .higher,
                meaning: "how old the last good save may be")
        ])

    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let state = try await servers.source.persistence()
        let uptime = try await servers.source.serverInfo().uptime ?? .zero
        guard let saved = state.lastSave else { return .passed("the source does not tell when it last saved") }
        let age = Duration.seconds(max(0, Int64(WallClock.now()) - saved))
        let maximum = limits.duration("max-age")
        // A server that has not saved since its start gives the time of that start instead.
        let text =
            age >= uptime - .seconds(1)
            ? "no save since the source started \(age.planText) ago" : "the last save is \(age.planText) old"
        if age <= maximum { return .passed(text) }
        return .missed(
            text, wants: "one that is \(maximum.planText) old at most", at: [servers.source.name],
            remedy: ["\(AdvisedCommand.backupAge.line()) on \(servers.source.endpoint), and keep a copy of the file"])
    }
}
