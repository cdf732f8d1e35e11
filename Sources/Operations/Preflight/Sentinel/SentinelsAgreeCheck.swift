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
    package static func rights(in plan: Plan) -> Rights { Rights(at: [.sentinel], [.sentinel("MASTERS")]) }
    package static var causes: [any Check.Type] { [SourcePrimaryCheck.self] }

    package func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        var findings: [Finding] = []
        let answers = try await servers.sentinels.atOnce { ($0, try await $0.primaryAddress(servers.primaryName)) }
        for (sentinel, address) in answers {
            if let finding = await missed(sentinel, address, servers) { findings.append(finding) }
        }
        let count = servers.sentinels.count
        let names = Set(answers.compactMap(\.1)).filter { !$0.isSpelledLike(servers.source.endpoint) }
        let spelling = names.isEmpty ? "" : ", as \(names.map(\.description).sorted().joined(separator: " and "))"
        return .combined(findings, passed: "\(count) of \(count) Sentinels name \(servers.source.endpoint)\(spelling)")
    }

    private func missed(_ sentinel: Sentinel, _ address: Endpoint?, _ servers: Servers) async -> Finding? {
        let name = servers.primaryName
        guard let address else {
            return await unknown(name, to: sentinel)
        }
        if await servers.isSame(address, as: servers.source) { return nil }
        return .missed(
            "\(sentinel.name) names \(address) as the primary of '\(name)'", wants: "\(servers.source.endpoint)",
            at: [sentinel.name],
            remedy: [
                "if that is the primary, name it as 'source' in the plan; else make the Sentinels monitor the source"
            ])
    }

    /// Says which names the Sentinel does know, if it may be asked for them: a wrong name is often a misspelt one.
    private func unknown(_ name: String, to sentinel: Sentinel) async -> Finding {
        let primaries = try? await sentinel.read(["SENTINEL", "MASTERS"]) { try SentinelPrimary.list($0) }
        let names = primaries?.map { "'\($0.name.printable(limit: 80))'" }.sorted()
        let known =
            switch names {
            case nil: ""
            case []?: "; it monitors nothing"
            case let names?: "; it monitors \(names.prefix(5).joined(separator: ", "))" + (names.count > 5 ? ", …" : "")
            }
        let remedy =
            switch names {
            case nil:
                "correct 'sentinel.primary' in the plan: 'SENTINEL MASTERS' on \(sentinel.endpoint) lists the names it knows"
            case []?: "name the Sentinels that monitor the source, or put '- monitor' into the plan"
            case let names?:
                "write the name of the source into 'sentinel.primary' of the plan"
                    + (names.count == 1 ? ": \(names[0]), if that is it" : "")
            }
        return .missed(
            "\(sentinel.name) monitors no '\(name)'\(known)", wants: "a Sentinel that monitors the source as '\(name)'",
            at: [sentinel.name], remedy: [remedy])
    }
}
