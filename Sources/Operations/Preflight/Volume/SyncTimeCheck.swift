import Execution
import PlanModel
import Values

/// The full sync fits into the timeout of the plan's `wait-for-sync`.
struct SyncTimeCheck: Check {
    static let declaration = CheckDeclaration(
        id: "sync-time", title: "the full sync fits into the timeout of wait-for-sync", severity: .warn,
        limits: [SyncForecast.rateLimit])

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let forecast = try await SyncForecast.read(servers, transferRate: limits.size("transfer-rate"))
        let timeout = servers.plan.syncTimeout
        guard let timeout, forecast.duration > timeout else { return .passed(forecast.basis) }
        return .missed(
            forecast.basis, wants: "no more than the \(timeout.planText) of 'wait-for-sync'", at: [servers.source.name],
            remedy: ["raise the timeout of 'wait-for-sync' in the plan"])
    }
}

extension Plan {
    fileprivate var syncTimeout: Duration? {
        firstStep(of: .waitForSync)?.timeout
    }
}
