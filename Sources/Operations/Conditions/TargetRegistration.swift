import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// planrun can recognise the address under which the source and the Sentinels list the target.
///
/// A replica is listed under the address from which it connects, or one that it announces, and neither need be the one
/// in the plan. If planrun did not recognise the target there, it would take it for another replica, and would never
/// notice that the Sentinels name it as the primary.
struct TargetRegistration: Condition {
    /// How often the source is asked, because it may list a new replica a moment after the replica is in sync.
    private static let looks = 5

    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        guard try await isInSync(servers) else { return nil }
        for look in 1...Self.looks {
            let listed = try await servers.source.replication().replicas.map(\.address)
            switch await Self.recognise(listed, servers) {
            case .target: return try await sentinelsViolation(servers)
            case .perhaps(let address, let reason): return unrecognised(address, reason, by: servers.source, servers)
            case .nobody where look == Self.looks: return try await isInSync(servers) ? unlisted(listed, servers) : nil
            case .nobody: try await servers.clock.sleep(for: .milliseconds(200))
            }
        }
        return nil
    }

    /// Whether the target is in sync. If it is not, other steps report that.
    private func isInSync(_ servers: Servers) async throws -> Bool {
        let replication = try await servers.target.replication()
        guard let primary = replication.upstream?.primary, SyncState(replication).isSynced else { return false }
        return await servers.isSame(primary, as: servers.source)
    }

    /// Looks for a Sentinel that lists an address which may or may not be the target.
    /// - Returns: the violation for the first such Sentinel. A Sentinel that does not list the target yet causes none,
    ///   since it will list it within seconds.
    private func sentinelsViolation(_ servers: Servers) async throws -> StepFailure? {
        guard servers.plan.isMonitored else { return nil }
        for picture in try await servers.sentinelPictures() {
            let usable = picture.replicas.filter(\.isEligible).map(\.address)
            if case .perhaps(let address, let reason) = await Self.recognise(usable, servers) {
                return unrecognised(address, reason, by: picture.sentinel, servers)
            }
        }
        return nil
    }

    private enum Recognition {
        case target(Endpoint)
        /// No address is certainly the target, but this one may be; the sentence says why it is uncertain.
        case perhaps(Endpoint, String)
        case nobody
    }

    private static func recognise(_ addresses: [Endpoint], _ servers: Servers) async -> Recognition {
        var recognition = Recognition.nobody
        for address in addresses {
            switch await servers.sameness(of: address, as: servers.target) {
            case .same: return .target(address)
            case .unknown(let reason): recognition = .perhaps(address, reason)
            case .different: continue
            }
        }
        return recognition
    }

    /// The address under which the source lists the target; `nil` if it is the address in the plan.
    static func otherAddress(_ servers: Servers) async throws -> Endpoint? {
        let listed = try await servers.source.replication().replicas.map(\.address)
        guard case .target(let address) = await recognise(listed, servers) else { return nil }
        let planned = servers.target.endpoint
        return await servers.isOnePlace(address, planned) ? nil : address
    }
}

extension TargetRegistration {
    private func unrecognised(
        _ address: Endpoint, _ reason: String, by instance: some Instance, _ servers: Servers
    ) -> StepFailure {
        StepFailure(
            code: .targetUnrecognised,
            what:
                "\(instance.name) lists a replica \(address), and planrun cannot find out whether that is the target: \(reason)",
            place: [instance.name, servers.target.name],
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes"], help: remedy(servers))
    }

    private func unlisted(_ listed: [Endpoint], _ servers: Servers) -> StepFailure {
        let others = listed.isEmpty ? "no replica" : "only \(listed.map(\.description).joined(separator: ", "))"
        return StepFailure(
            code: .targetUnrecognised,
            what: "the target follows \(servers.source.name), which lists \(others), and none of them is the target",
            place: [servers.source.name, servers.target.name],
            world: ["nothing was promoted; \(servers.source.endpoint) takes writes"],
            help: remedy(servers), isTransient: true)
    }

    private func remedy(_ servers: Servers) -> [String] {
        let target = servers.target.endpoint
        return [
            "on the target: \(AdvisedCommand.registeredAddress.line(target.host)) and \(AdvisedCommand.registeredPort.line("\(target.port)")) (Dragonfly is started with --announce_ip and --announce_port), or name it in the plan as the other servers know it",
            "planrun must reach it at that address, too, with the credentials of the plan: it compares run ids, or, where there are none, looks in CLIENT LIST for a connection that it has named",
        ]
    }
}
