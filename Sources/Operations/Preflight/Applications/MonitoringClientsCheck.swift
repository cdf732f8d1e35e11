import Execution
import PlanModel
import RedisTopology

/// Nobody watches the source with MONITOR, which takes up to half of its throughput.
struct MonitoringClientsCheck: Check {
    static let declaration = CheckDeclaration(
        id: "monitoring-clients", title: "nobody runs MONITOR on the source", severity: .warn)

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let monitors = try await servers.sourceClients().filter(\.isMonitor)
        guard !monitors.isEmpty else { return .passed("nobody runs MONITOR") }
        return .missed(
            "\(monitors.count.counted("client runs", "clients run")) MONITOR: \(ClientHosts(monitors).text)",
            wants: "nobody", at: [servers.source.name],
            remedy: [
                "end it before the migration: MONITOR slows the source, and shows no writes there after the cutover"
            ])
    }
}
