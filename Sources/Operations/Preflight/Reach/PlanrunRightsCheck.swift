import Execution
import PlanModel
import RESP

/// planrun may do at every server what the steps of the plan need.
struct PlanrunRightsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "planrun-rights", title: "planrun has the rights that the plan's steps need")

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let findings = try await servers.all.atOnce { server in
            let inquiry = RightsInquiry(
                server: server, user: server.settings.username ?? "default",
                rights: Right.planrun(at: server.part, servers.plan))
            return inquiry.finding(try await inquiry.answer(), whose: "planrun's user")
        }
        return .combined(findings, passed: "planrun has all rights it needs on \(findings.count) servers")
    }
}
