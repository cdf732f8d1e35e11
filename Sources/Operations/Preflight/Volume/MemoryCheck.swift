import Execution
package import PlanModel
import RedisTopology

/// The target may use as much memory as the source's data needs, and some more for what comes during the sync.
package struct MemoryCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "memory", title: "the source's data fits into the target's memory",
        limits: [
            .init(
                key: "headroom", defaultValue: .percentage(20),
                meaning: "how much more than the source uses now the target must be able to hold")
        ])

    package init() {}

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let used = try await servers.source.memory().used
        let wanted = used + used / 100 * Int64(limits.percentage("headroom"))
        let usedText = ByteCount(bytes: used).text
        guard let maximum = try await servers.target.memory().limit else {
            return .passed("the source uses \(usedText); the target has no maxmemory")
        }
        let maximumText = ByteCount(bytes: maximum).text
        if maximum >= wanted { return .passed("the source uses \(usedText), the target may use \(maximumText)") }
        return .missed(
            "the source uses \(usedText), the target's maxmemory is \(maximumText)",
            wants: "\(ByteCount(bytes: wanted).text) at least (\(limits.percentage("headroom"))% headroom)",
            at: [servers.target.name], remedy: ["raise maxmemory on \(servers.target.endpoint)"])
    }
}
