import Execution
package import PlanModel
import RESP
import RedisTopology
import Values

/// Every Sentinel monitors the source under the name that the plan gives.
package struct SentinelsAgreeCheck: Check {
    package static let declaration = CheckDeclaration(
        id: "sentinels-agree", title: "every Sentinel names the source as the primary")

    package init() {}

    package static func applies(to plan: Plan) -> Bool { plan.isMonitored }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        let answers = try await servers.sentinels.atOnce { ($0, try await $0.primaryAddress(servers.primaryName)) }
        for (sentinel, address) in answers {
            if let finding = await missed(sentinel, address, servers) { findings.append(finding) }
        }
        let count = servers.sentinels.count
        let names = Set(answers.compactMap(\.1)).filter { !$0.isSpelledLike(servers.source.endpoint) }
        let spelling = names.isEmpty ? "" : ", as \(names.map(\.description).sorted().joined(separator: " and "))"
        return .combined(findings, passed: "\(count) of \(count) name \(servers.source.endpoint)\(spelling)")
    }

    private func missed(_ sentinel: Sentinel, _ address: Endpoint?, _ servers: Servers) async -> Finding? {
        let name = servers.primaryName
        guard let address else {
            return .missed(
                "\(sentinel.name) monitors no '\(name)'", wants: "a Sentinel that monitors the source as '\(name)'",
                at: [sentinel.name],
                remedy: [
                    "correct 'sentinel.primary' in the plan: 'SENTINEL MASTERS' on \(sentinel.endpoint) lists the names it knows"
                ])
        }
        if await servers.isSame(address, as: servers.source) { return nil }
        return .missed(
            "\(sentinel.name) names \(address) as the primary of '\(name)'", wants: "\(servers.source.endpoint)",
            at: [sentinel.name],
            remedy: ["make 'source' in the plan the primary that the Sentinels know, or correct the Sentinels"])
    }
}
