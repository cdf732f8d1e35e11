import Execution
import RESP
import RedisTopology

/// The state of the servers at this moment, in sentences for a person. It only reads and never fails: a server that
/// does not answer gets a sentence that says so.
package struct WorldReport: Sendable {
    private let servers: Servers

    package init(_ servers: Servers) {
        self.servers = servers
    }

    package func sentences() async -> [String] { await facts().map(\.text) }

    /// Asks all servers at the same time. The facts are in the plan's order.
    package func facts() async -> [ApprovalFact] {
        async let instances = [servers.source, servers.target].atOnce { ApprovalFact($0.name, await sentence($0)) }
        async let sentinels = servers.sentinels.atOnce { ApprovalFact($0.name, await sentence($0)) }
        return ((try? await instances) ?? []) + ((try? await sentinels) ?? [])
    }

    /// The sentences of facts. Where there are more than so many, Sentinels that say the same share one.
    package static func gathered(_ facts: [ApprovalFact], over limit: Int) -> [String] {
        guard facts.count > limit else { return facts.map(\.text) }
        let words = facts.map { $0.subject.hasPrefix("Sentinel ") ? $0.text.dropFirst($0.subject.count) : nil }
        return facts.indices.compactMap { position in
            guard let said = words[position] else { return facts[position].text }
            let count = words.count { $0 == said }
            guard count > 1 else { return facts[position].text }
            return words.firstIndex(of: said) == position ? "each of \(count) Sentinels\(said)" : nil
        }
    }

    private func sentence(_ server: Server) async -> String {
        do {
            let replication = try await server.replication()
            guard let upstream = replication.upstream, upstream.primary != .nowhere else {
                if try await Fence(primary: server).isClosed() {
                    return "\(server.name) stands alone and takes no writes (min-replicas-to-write)"
                }
                guard replication.role == .primary else { return "\(server.name) is a replica of no server" }
                let count = replication.replicas.count
                return
                    "\(server.name) is a primary with \(count == 0 ? "no replica" : count.counted("replica", "replicas"))"
            }
            let link = SyncState(replication).isSynced ? "in sync" : await trouble(server)
            return "\(server.name) is a replica of \(upstream.primary), \(link)"
        } catch {
            return "\(server.name) does not answer: \(error.what)"
        }
    }

    /// Why a replica is not in sync. A source that could not follow the target stays a replica of it where a run died between
    /// the promotion and the end.
    private func trouble(_ server: Server) async -> String {
        guard server.part == .source, let follower = try? await server.serverInfo(),
            let primary = try? await servers.target.serverInfo(),
            let obstacle = Followers.obstacle(follower, to: primary)
        else { return "not in sync" }
        let isRefused = (try? await server.setting("masteruser")) == ReplicationCredentials.nobody
        return isRefused
            ? "which refuses its login, so that it tries only once a second; resume lets it stand alone"
            : "not in sync: \(obstacle); resume lets it stand alone"
    }

    private func sentence(_ sentinel: Sentinel) async -> String {
        do {
            guard let address = try await sentinel.primaryAddress(servers.primaryName) else {
                return "\(sentinel.name) monitors no '\(servers.primaryName)'"
            }
            return "\(sentinel.name) names \(address) as the primary"
        } catch {
            return "\(sentinel.name) does not answer: \(error.what)"
        }
    }
}
