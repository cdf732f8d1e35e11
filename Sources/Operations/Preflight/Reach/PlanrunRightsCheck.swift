import Execution
import PlanModel
import RESP

/// At every server planrun's user has the rights that the plan's steps and their rollback need.
struct PlanrunRightsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "planrun-rights", title: "planrun has the rights that the plan's steps need")

    static func rights(in plan: Plan) -> Rights { Rights(at: Rights.Place.allCases, RightsInquiry.rights) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let rights = servers.rights
        var findings = try await servers.all.atOnce { try await finding($0, rights) }
        findings += try await findingsAtReplicas(servers, rights)
        return .combined(findings, passed: "planrun has all rights it needs on \(findings.count) servers")
    }

    private func finding(_ instance: some Instance, _ rights: Rights) async throws -> Finding {
        let inquiry = RightsInquiry(
            instance: instance, user: instance.settings.username ?? "default", rights: rights[instance.place])
        return inquiry.finding(try await inquiry.answer(), whose: "planrun's user")
    }

    /// The findings at the source's other replicas. A replica that refuses planrun's login is skipped, because other
    /// checks report it.
    private func findingsAtReplicas(_ servers: Servers, _ rights: Rights) async throws -> [Finding] {
        let guests = try await OtherReplicas(
            servers: servers, primary: servers.source, successor: servers.target
        ).guests()
        let findings = try await guests.atOnce { try? await finding($0, rights) }
        for guest in guests { await guest.session.close() }
        return findings.compactMap(\.self)
    }
}
