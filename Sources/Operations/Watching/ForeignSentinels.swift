import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Finds Sentinels outside the plan that watch the source, the target or another replica.
///
/// A Sentinel names its connections, so a server's `CLIENT LIST` shows which Sentinels watch it. Only the messages that
/// they publish there tell the name under which they monitor the server. So planrun listens at servers that have an
/// unknown Sentinel or a subscriber without a name.
struct ForeignSentinels: Sendable {
    let servers: Servers
    /// Whether a Sentinel that the plan does not name counts as one of the plan if the plan's Sentinels know it. Set by
    /// callers that leave such Sentinels to another check.
    let knowsPeers: Bool

    static func rights(_ plan: Plan) -> Rights {
        let watched = Server.rights + [.clientList, .subscribers, .hearHellos]
        return Rights(at: [.source, .target, .replica], watched)
            + (plan.sentinel == nil ? .none : Rights(at: [.sentinel], [.sentinel("MASTERS")]))
    }

    struct Result: Sendable {
        var watches: [SentinelWatch] = []
        /// Servers with subscribers who may be Sentinels, where planrun has no right to listen.
        var untold: [Server] = []
    }

    func find() async throws -> Result {
        let guests = try await OtherReplicas(
            servers: servers, primary: servers.source, successor: servers.target
        ).guests()
        let watched = [servers.source, servers.target] + guests
        do {
            let result = try await find(watched, guests)
            for guest in guests { await guest.session.close() }
            return result
        } catch {
            for guest in guests { await guest.session.close() }
            throw error
        }
    }

    private func find(_ watched: [Server], _ guests: [Server]) async throws -> Result {
        let own = try await ownIDs()
        let sightings = try await watched.atOnce { server -> WatcherSighting? in
            // A replica that refuses planrun's login is skipped. Its Sentinels stay unknown, but planrun changes
            // nothing at that replica either.
            server.part == .replica ? try? await server.watchers() : try await server.watchers()
        }.compactMap(\.self)
        let heard = try await sightings.atOnce { await listen($0, own) }
        var result = Result()
        for sighting in heard {
            if sighting.isDeaf { result.untold.append(sighting.server) }
            for watch in await watches(sighting) where !result.watches.contains(watch) { result.watches.append(watch) }
        }
        dropRepetitions(&result.watches, watched)
        if servers.plan.sentinel != nil { result.watches += await SecondNames(servers: servers).watches(watched) }
        return result
    }

    /// A Sentinel that monitors the source also connects to the source's replicas. Only the watch over the source is
    /// kept.
    private func dropRepetitions(_ watches: inout [SentinelWatch], _ watched: [Server]) {
        let primaries = watches
        watches.removeAll { watch in
            guard case .member(let name, let address) = watch.purpose,
                let server = watched.first(where: { $0.endpoint.isSpelledLike(address) })
            else { return false }
            return primaries.contains { $0.server == server.name && $0.purpose == .primary(name: name) }
        }
    }

    /// The run ids of the plan's Sentinels. A Sentinel before 6.2 does not tell its own; `isOurs` recognises it by its
    /// address.
    private func ownIDs() async throws -> Set<String> {
        guard servers.plan.sentinel != nil else { return [] }
        let name = servers.primaryName
        let told = try await servers.sentinels.atOnce { sentinel in
            let replies = try await sentinel.replies(to: [
                ["SENTINEL", "MYID"], Command(["SENTINEL", "SENTINELS", name]),
            ])
            let peers = (try? SentinelPeer.list(replies[1])) ?? []
            // A peer that is down has no connections here. So to count it as the plan's cannot hide a stranger.
            let known = peers.filter { knowsPeers || $0.flags.isSubjectivelyDown }
            return (replies[0].string.map { [$0] } ?? []) + known.compactMap(\.runID)
        }
        return Set(told.joined())
    }

    private struct Strangers: Sendable {
        let server: Server
        /// The host of each Sentinel, by the first eight digits of its run id.
        var ids: [String: String] = [:]
        var hellos: [SentinelHello] = []
        var isDeaf = false
    }

    private func listen(_ sighting: WatcherSighting, _ own: Set<String>) async -> Strangers {
        let ids = sighting.hosts.filter { id, _ in !own.contains { $0.hasPrefix(id) } }
        var strangers = Strangers(server: sighting.server, ids: ids)
        let address = sighting.server.endpoint
        let known = servers.knownSubscribers[address]
        let isQuiet = sighting.namelessCount <= known
        if ids.isEmpty, isQuiet { return strangers }
        let wanted = Set(ids.keys)
        let hellos = await servers.hellos(at: sighting.server) { heard in
            wanted.allSatisfy { id in heard.contains { $0.runID.hasPrefix(id) } }
        }
        guard let hellos else {
            strangers.isDeaf = !isQuiet
            return strangers
        }
        strangers.hellos = hellos.filter { !isOurs($0, own) }
        if isQuiet {
            // A replica also passes on what Sentinels publish at its primary, so only Sentinels that are connected to
            // this server count.
            strangers.hellos.removeAll { hello in !wanted.contains { hello.runID.hasPrefix($0) } }
        } else if strangers.hellos.isEmpty {
            servers.knownSubscribers[address] = sighting.namelessCount
        }
        let ours = Set(hellos.filter { isOurs($0, own) }.map(\.runID))
        strangers.ids = ids.filter { id, _ in !ours.contains { $0.hasPrefix(id) } }
        return strangers
    }

    private func isOurs(_ hello: SentinelHello, _ own: Set<String>) -> Bool {
        own.contains(hello.runID)
            || servers.sentinels.contains { $0.endpoint.isSpelledLike(hello.announcer) }
    }

    /// Groups the Sentinels that say the same about a server.
    private func watches(_ strangers: Strangers) async -> [SentinelWatch] {
        let server = strangers.server
        let watch = { (sentinels: [String], purpose: SentinelWatch.Purpose) in
            SentinelWatch(sentinels: sentinels, part: server.part, server: server.name, purpose: purpose)
        }
        var groups: [(purpose: SentinelWatch.Purpose, sentinels: [String])] = []
        for hello in strangers.hellos.sorted(by: { $0.announcer.description < $1.announcer.description }) {
            let purpose = await purpose(hello, server)
            let announcer = "\(hello.announcer)"
            if let index = groups.firstIndex(where: { $0.purpose == purpose }) {
                if !groups[index].sentinels.contains(announcer) { groups[index].sentinels.append(announcer) }
            } else {
                groups.append((purpose, [announcer]))
            }
        }
        let silent = strangers.ids.filter { id, _ in !strangers.hellos.contains { $0.runID.hasPrefix(id) } }
        return groups.map { watch($0.sentinels, $0.purpose) }
            + silent.sorted { $0.key < $1.key }.map { watch(["\($0.value) (\($0.key)…)"], .untold) }
    }

    private func purpose(_ hello: SentinelHello, _ server: Server) async -> SentinelWatch.Purpose {
        if await servers.isOnePlace(hello.primary, server.endpoint) {
            return .primary(name: hello.primaryName)
        }
        guard let id = await runID(of: hello), id == (try? await server.serverInfo().runID) else {
            return .member(name: hello.primaryName, of: hello.primary)
        }
        return .primary(name: hello.primaryName)
    }

    /// The run id of the primary that a foreign Sentinel watches, as that Sentinel knows it. planrun does not log in to
    /// it, so that the Sentinel learns no password. A Sentinel that requires a login gives no answer.
    private func runID(of hello: SentinelHello) async -> String? {
        let settings = ConnectionSettings(
            address: hello.announcer, connectTimeout: .seconds(1), replyTimeout: .seconds(1))
        let session = servers.connector.session(settings)
        let reply = try? await session.send(Command(["SENTINEL", "MASTER", hello.primaryName]))
        await session.close()
        return reply.flatMap { try? SentinelPrimary($0) }?.runID
    }
}
