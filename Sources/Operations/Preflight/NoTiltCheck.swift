import Execution
package import PlanModel
import RedisTopology

/// No Sentinel is in TILT, in which it watches and acts on nothing.
package struct NoTiltCheck: Check {
    package static let declaration = CheckDeclaration(id: "no-tilt", title: "no Sentinel is in TILT")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.sentinel != nil }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        for sentinel in servers.sentinels where try await sentinel.isInTilt() {
            findings.append(
                .missed(
                    "\(sentinel.name) is in TILT", wants: "a Sentinel that trusts its clock", at: [sentinel.name],
                    remedy: ["wait 30 s; if it comes back, that machine is overloaded or its clock jumps"]))
        }
        return .combined(findings, passed: "no Sentinel in TILT")
    }
}
