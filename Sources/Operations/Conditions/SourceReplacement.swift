import Execution
import PlanModel
import RESP
import RedisTopology
package import Values

/// The server that took the place of the source without planrun: every Sentinel that answers names it, and it is a
/// primary.
package struct SourceReplacement: Sendable {
    package let address: Endpoint

    /// - Returns: `nil` if the Sentinels name the source or the target, if they do not agree, or if the server that they
    ///   name cannot be asked for its role.
    package static func find(_ servers: Servers) async -> SourceReplacement? {
        guard servers.plan.isMonitored else { return nil }
        let name = servers.primaryName
        let answers = try? await servers.sentinels.atOnce { try? await $0.primaryAddress(name, timeout: .seconds(1)) }
        let named = Set((answers ?? []).compactMap(\.self))
        guard named.count == 1, let address = named.first else { return nil }
        for server in [servers.source, servers.target] {
            if await servers.isOnePlace(address, server.endpoint) { return nil }
            if await servers.isSame(address, as: server) { return nil }
        }
        return await isPrimary(address, servers) ? SourceReplacement(address: address) : nil
    }

    /// A source that the Sentinels know under another address, and that is dead, is thereby told from another server.
    private static func isPrimary(_ address: Endpoint, _ servers: Servers) async -> Bool {
        let admission = Admission(
            connector: servers.connector, access: [servers.source.settings, servers.target.settings])
        guard let (guest, _) = try? await admission.enter(address) else { return false }
        let role = try? await guest.replication().role
        await guest.session.close()
        return role == .primary
    }

    /// The failure of a step that cannot go on with the source of the plan.
    func failure(_ servers: Servers) async -> StepFailure {
        StepFailure(
            code: .sourceReplaced, what: "the Sentinels name \(address) as the primary by now, and not the source",
            place: [servers.source.name], world: await WorldReport(servers).sentences(), help: help)
    }

    /// What to do about it; `resume` and `rollback` are named with their whole command lines elsewhere.
    var help: [String] {
        [
            "to go on from \(address), write it into the plan as the address of 'source', and resume with '--accept-plan-change'"
        ]
    }
}

/// The Sentinels have not made another server the primary since the preflight.
struct SourceNotReplaced: Condition {
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        await SourceReplacement.find(servers)?.failure(servers)
    }
}
