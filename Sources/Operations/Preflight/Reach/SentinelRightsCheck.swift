import Execution
import PlanModel
import RESP
import RedisTopology

/// The user with which the Sentinels log in has, at source and target, the rights that a Sentinel needs.
struct SentinelRightsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinel-rights", title: "the Sentinels' user has its rights at source and target")

    static func applies(to plan: Plan) -> Bool { plan.sentinel != nil }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    static func rights(in plan: Plan) -> Rights { Rights(at: [.source, .target], RightsInquiry.rights) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let users = try await servers.sentinelUsers()
        guard !users.isEmpty else {
            return .untold(
                "\(servers.source.name) does not show as whom the Sentinels are logged in", at: [servers.source.name],
                remedy: ["compare by hand: 'auth-user' of the Sentinels needs its rights on both servers"],
                // One that was just started has yet to log in.
                passesWithin: .seconds(5))
        }
        let inquiries = [servers.source, servers.target].flatMap { server in
            users.map { RightsInquiry(instance: server, user: $0, rights: Right.sentinelAtInstance) }
        }
        let answers = try await inquiries.atOnce { (inquiry: $0, answer: try await $0.answer()) }
        var findings: [Finding] = []
        var brought: Set<String> = []
        for (inquiry, answer) in answers {
            if answer == .noSuchUser, inquiry.instance.place == .target, await servers.willBring(inquiry.user) {
                brought.insert(inquiry.user)
            } else {
                findings.append(inquiry.finding(answer, whose: "the Sentinels' user"))
            }
        }
        let names = users.map { "'\($0.printable)'" }.joined(separator: ", ")
        let place = brought.isEmpty ? "on both" : "at the source, and the plan's step 'users' brings it to the target"
        return .combined(findings, passed: "the Sentinels' user \(names) has its rights \(place)")
    }
}
