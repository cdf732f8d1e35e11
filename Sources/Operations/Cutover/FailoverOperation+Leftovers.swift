package import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// What is left of a cutover that came to no end, or that nobody took back: fences, and servers that do not do what they
/// did before.
extension FailoverOperation {
    package func leftovers(_ undo: StateValue) async -> [Leftover] {
        guard let memory = try? undo.decode(FailoverMemory.self) else {
            let what = "what was changed there is not told: the state file holds no readable record of it"
            return [servers.source, servers.target].map { Leftover($0.name, what) }
        }
        let roles = await PairRoles.read(servers)
        var leftovers = await failoverUnderWay() + sourceSettings(memory.cutover, roles)
        leftovers += await PrimaryByHand(servers: servers, roles: roles, fence: memory.cutover.fence).leftovers()
        if let back = memory.back {
            leftovers += await ChangedSettings(back.credentials, and: back.fence).leftovers(on: servers.target)
        }
        if let timeouts = Sentinels(servers).map({ FailoverTimeouts(sentinels: $0) }) {
            for prior in [memory.cutover.failoverTimeouts, memory.back?.failoverTimeouts].compactMap(\.self) {
                leftovers += await timeouts.leftovers(prior)
            }
        }
        let replicas = OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
        let primary = roles == .exchanged ? servers.target : servers.source
        return leftovers + (await replicas.leftovers(memory.cutover.replicas, of: primary.endpoint))
    }

    /// A cutover that has promoted the target, or may have, is not taken over: there is nothing to begin anew.
    package func inherited(_ undo: StateValue) async -> StateValue? {
        guard let memory = try? undo.decode(FailoverMemory.self), memory.back == nil, memory.cutover.phase == .fencing,
            await passage(undo) == .ahead, await !leftovers(undo).isEmpty
        else { return nil }
        return undo
    }

    package func leftInFiles(_ undo: StateValue) async -> [Leftover] {
        guard let memory = try? undo.decode(FailoverMemory.self) else { return [] }
        let cutover = memory.cutover
        var leftovers: [Leftover?] = []
        for server in [servers.source, servers.target] {
            // What could not be written before the first change holds nothing of this run.
            guard let file = cutover.files?[server.part.rawValue], file.obstacle == nil else { continue }
            let settings = server.part == .source ? cutover.fence : memory.back?.fence ?? [Fence.priority: ""]
            let successor: Endpoint? =
                server.part == .target
                ? servers.source.endpoint : cutover.phase == .promoting ? servers.target.endpoint : nil
            leftovers.append(
                await ConfigurationFile.leftover(on: server, following: successor, settings.keys.sorted()))
        }
        return leftovers.compactMap(\.self)
    }

    /// What is true now may not be true after it, and the lines are written for what is true now.
    private func failoverUnderWay() async -> [Leftover] {
        guard let sentinels = Sentinels(servers) else { return [] }
        for sentinel in sentinels.all {
            guard let primary = try? await sentinel.sentinelPrimary(sentinels.primaryName, timeout: .seconds(1)),
                primary.isFailoverInProgress
            else { continue }
            return [
                Leftover(
                    sentinel.name,
                    "is in the middle of a failover, and may promote another server: type none of the other lines before it has ended"
                )
            ]
        }
        return []
    }

    /// A source that cannot follow the target grows old as soon as that one takes writes. What keeps it from being promoted
    /// is not to be put back then.
    private func sourceSettings(_ memory: CutoverMemory, _ roles: PairRoles) async -> [Leftover] {
        let leftovers = await ChangedSettings(memory.credentials, and: memory.fence).leftovers(on: servers.source)
        guard roles == .exchanged, memory.isRefused == true || memory.resting == .fenced else { return leftovers }
        return leftovers.map { leftover in
            var leftover = leftover
            leftover.what +=
                "; leave that as it is: it cannot follow \(servers.target.endpoint), which takes the writes, so its data is old"
            leftover.commands = []
            return leftover
        }
    }
}

extension OtherReplicas {
    /// What is left at those that the run has changed.
    /// - Parameter upstream: the server that they should follow.
    func leftovers(_ replicas: [Memory], of upstream: Endpoint) async -> [Leftover] {
        var leftovers: [Leftover] = []
        for memory in replicas {
            var settings = primary.settings
            settings.address = memory.address
            let replica = Server(
                part: .replica, settings: settings,
                session: servers.connector.session(settings))
            if let replication = try? await replica.replication(),
                replication.role == .primary || replication.upstream?.primary == .nowhere
            {
                leftovers.append(
                    Leftover(
                        replica.name, "stands alone (before the run: followed \(primary.endpoint))",
                        commands: [replica.commandLine(.leftReplica, upstream.host, String(upstream.port))]))
            }
            leftovers += await ChangedSettings(prior: memory.settings).leftovers(on: replica)
            await replica.session.close()
        }
        return leftovers
    }
}
