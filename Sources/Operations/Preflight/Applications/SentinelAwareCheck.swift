import Execution
import PlanModel
import RESP
import RedisTopology

/// Every client of the source also talks to a Sentinel, and so will learn of the new primary.
///
/// Clients are matched by host, since a client uses another connection to talk to a Sentinel. Some libraries ask a
/// Sentinel only when they connect and then hang up, so this check only warns.
struct SentinelAwareCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sentinel-aware", title: "every address that uses the source is connected to a Sentinel, too",
        severity: .warn)

    static func applies(to plan: Plan) -> Bool { plan.isMonitored }
    static var causes: [any Check.Type] { [SentinelsAgreeCheck.self] }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        async let clients = servers.sourceClients()
        let watching = try await servers.sentinels.atOnce { try await $0.clients() }
        let users = try await clients.filter(\.isApplication)
        let aware = Set(watching.flatMap { $0.filter(\.isApplication) }.compactMap(\.host))
        let strangers = ClientHosts(users.filter { client in client.host.map { !aware.contains($0) } ?? true })
        let count = ClientHosts(users).count
        guard !strangers.isEmpty else {
            return .passed(
                count == 0
                    ? "nobody uses the source"
                    : "\(count.counted("address uses", "addresses use")) the source, all connected to a Sentinel"
            )
        }
        return .missed(
            "\(strangers.count) of \(count) addresses that use the source \(strangers.count == 1 ? "has" : "have") no connection to any Sentinel: \(strangers.text)",
            wants: "applications that ask Sentinel where the primary is", at: [servers.source.name],
            remedy: [
                "find out how each finds the primary; one with a fixed address stays at the source, which refuses its writes after the cutover"
            ])
    }
}
