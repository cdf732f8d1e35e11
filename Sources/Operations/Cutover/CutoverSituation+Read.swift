import Execution
import PlanModel
import RESP
import RedisTopology

extension CutoverSituation {
    /// Reads the situation from the servers.
    /// - Parameters:
    ///   - memory: what this handover has recorded; `nil` if it has recorded nothing yet.
    ///   - isReturn: whether the handover goes from the target to the source.
    /// - Throws: `StepFailure` if the server that is to become primary does not answer.
    static func read(_ servers: Servers, _ memory: CutoverMemory?, isReturn: Bool = false) async throws -> Self {
        let from = isReturn ? servers.target : servers.source
        let to = isReturn ? servers.source : servers.target
        return CutoverSituation(
            from: try await readFrom(from, to, servers), to: try await readTo(from, to, servers),
            sentinels: await readSentinels(from, to, servers), phase: memory?.phase,
            targetRanThrough: await ranThrough(to, since: memory?.promotingSince))
    }

    private static func readFrom(_ from: Server, _ to: Server, _ servers: Servers) async throws(StepFailure) -> From {
        let replication: ReplicationInfo
        do {
            replication = try await from.replication()
        } catch {
            guard error.isTransient else { throw error }
            return .unreachable(error.what)
        }
        guard let primary = replication.upstream?.primary, primary != .nowhere else {
            if try await Fence(primary: from).isClosed() { return .closed }
            return replication.upstream == nil ? .primary : .replicaOfOther("no server")
        }
        return await servers.isSame(primary, as: to) ? .replicaOfTo : .replicaOfOther("\(primary)")
    }

    private static func readTo(_ from: Server, _ to: Server, _ servers: Servers) async throws -> To {
        let upstream = try await to.replication().upstream
        guard let primary = upstream?.primary, primary != .nowhere else {
            if try await Fence(primary: to).isClosed() { return .closed }
            return upstream == nil ? .primary : .replicaOfOther("no server")
        }
        return await servers.isSame(primary, as: from) ? .replicaOfFrom : .replicaOfOther("\(primary)")
    }

    private static func readSentinels(_ from: Server, _ to: Server, _ servers: Servers) async -> [Named] {
        var named: [Named] = []
        for sentinel in servers.sentinels {
            guard let address = try? await sentinel.primaryAddress(servers.primaryName) else {
                named.append(.unreachable)
                continue
            }
            if await servers.isSame(address, as: to) {
                let shown = try? await sentinel.sentinelPrimary(servers.primaryName)?.address
                let isShown = if let shown { await servers.isSame(shown, as: to) } else { false }
                named.append(isShown ? .to : .switching)
            } else {
                named.append(await servers.isSame(address, as: from) ? .from : .other("\(address)"))
            }
        }
        return named
    }

    /// Whether the server has run without a restart since the promotion was recorded. If it started later, it is a
    /// primary because it started as one, not because it was promoted.
    private static func ranThrough(_ server: Server, since moment: Double?) async -> Bool {
        guard let moment, let uptime = try? await ServerLife.read(server).uptime else { return false }
        return Double(uptime) + 1 >= WallClock.now() - moment
    }
}
