import Execution
package import PlanModel
import RedisTopology
import Values

/// The target may use enough memory for the source's data, for what is written during the sync, and for some headroom.
package struct MemoryCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "memory", title: "the source's data fits into the target's memory",
        limits: [
            .init(
                key: "headroom", defaultValue: .percentage(20), weaker: .lower,
                meaning: "how much more than the source will use after the sync the target must be able to hold"),
            SyncForecast.rateLimit,
        ])

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        async let targetLimit = servers.target.memory().limit
        let source = try await servers.source.memory()
        let usedText = ByteCount(bytes: source.used).text
        guard let maximum = try await targetLimit else {
            return .passed("the source uses \(usedText); the target has no maxmemory")
        }
        let forecast = try await SyncForecast.read(servers, transferRate: limits.size("transfer-rate"))
        // If the source has a maxmemory, its data cannot grow beyond that.
        let room = max(0, (source.limit ?? .max) - source.used)
        let growth = min(forecast.writtenMeanwhile, room)
        let wanted = MemoryNeed(used: source.used.adding(saturating: growth), headroom: limits.percentage("headroom"))
            .wanted
        let growthText = growth > 0 ? " and grows by up to \(ByteCount(bytes: growth).text) during the sync" : ""
        let maximumText = ByteCount(bytes: maximum).text
        if maximum >= wanted {
            return .passed("the source uses \(usedText)\(growthText), the target may use \(maximumText)")
        }
        return .missed(
            "the source uses \(usedText)\(growthText), the target's maxmemory is \(maximumText)",
            wants: "\(ByteCount(bytes: wanted).text) at least (\(limits.percentage("headroom"))% headroom)",
            at: [servers.target.name],
            remedy: [
                MemoryNeed.remedy(
                    wanted, "\(servers.target.endpoint)", isDragonfly: servers.plan.target.engine == .dragonfly)
            ])
    }
}
