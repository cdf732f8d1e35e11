import Execution
import RESP
import RedisTopology
import Values

/// Other names under which the plan's own Sentinels watch a server of the plan.
///
/// A Sentinel may watch many services. The run ids and addresses that it shows are enough to recognise the plan's
/// servers among them, so planrun never connects to the servers of other services.
struct SecondNames: Sendable {
    let servers: Servers

    /// - Parameter watched: the servers to look for.
    /// - Returns: what the Sentinels say. A Sentinel that refuses the question is skipped.
    func watches(_ watched: [Server]) async -> [SentinelWatch] {
        let told = (try? await servers.sentinels.atOnce { ($0, try? await $0.otherNames(servers.primaryName)) }) ?? []
        guard told.contains(where: { $0.1?.isEmpty == false }) else { return [] }
        let runIDs = (try? await watched.atOnce { try? await $0.serverInfo().runID }) ?? []
        var watches: [SentinelWatch] = []
        for (server, runID) in zip(watched, runIDs) {
            for (sentinel, names) in told {
                for name in names ?? [] {
                    guard let purpose = await purpose(of: server, runID, in: name) else { continue }
                    watches.append(
                        SentinelWatch(
                            sentinels: ["\(sentinel.endpoint)"], areOurs: true, part: server.part, server: server.name,
                            purpose: purpose))
                }
            }
        }
        return watches
    }

    private func purpose(
        of server: Server, _ runID: String?, in name: MonitoredName
    ) async -> SentinelWatch.Purpose? {
        if await isSame(name.primary.address, name.primary.runID, server, runID) {
            return .primary(name: name.primary.name)
        }
        for replica in name.replicas where await isSame(replica.address, replica.runID, server, runID) {
            return .member(name: name.primary.name, of: name.primary.address)
        }
        return nil
    }

    private func isSame(_ address: Endpoint, _ id: String?, _ server: Server, _ runID: String?) async -> Bool {
        if let id, let runID { return id == runID }
        return await servers.isOnePlace(address, server.endpoint)
    }
}

/// What one Sentinel knows about a primary that it monitors.
struct MonitoredName: Sendable {
    let primary: SentinelPrimary
    let replicas: [SentinelReplica]
}

extension Sentinel {
    /// Everything that this Sentinel monitors under other names than `name`.
    fileprivate func otherNames(_ name: String) async throws(StepFailure) -> [MonitoredName] {
        let primaries = try await read(["SENTINEL", "MASTERS"]) { try SentinelPrimary.list($0) }
            .filter { $0.name != name }
        guard !primaries.isEmpty else { return [] }
        let commands = primaries.map { Command(["SENTINEL", "REPLICAS", $0.name]) }
        var names: [MonitoredName] = []
        for (primary, reply) in zip(primaries, try await replies(to: commands)) {
            // A name that was removed in the meantime has no replicas.
            let replicas = (try? SentinelReplica.list(reply)) ?? []
            names.append(MonitoredName(primary: primary, replicas: replicas))
        }
        return names
    }
}
