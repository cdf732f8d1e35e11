import Execution
package import PlanModel
import RedisTopology

/// No Sentinel is in TILT. A Sentinel in TILT still watches, but acts on nothing.
package struct NoTiltCheck: Check {
    package static let declaration = CheckDeclaration(id: "no-tilt", title: "no Sentinel is in TILT")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.sentinel != nil }

    /// A Sentinel leaves TILT 30 s after the last surprise (`SENTINEL_TILT_PERIOD` of sentinel.c).
    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let tilted = try await servers.sentinels.atOnce { ($0, try await $0.isInTilt()) }
        let findings = tilted.filter(\.1).map { sentinel, _ in
            Finding.missed(
                "\(sentinel.name) is in TILT", wants: "a Sentinel that is not in TILT", at: [sentinel.name],
                remedy: ["wait 30 s; if it comes back, that machine is overloaded or its clock jumps"],
                passesWithin: .seconds(35))
        }
        return .combined(findings, passed: "no Sentinel in TILT")
    }
}
