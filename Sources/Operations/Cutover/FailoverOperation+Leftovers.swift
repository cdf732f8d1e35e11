package import Execution
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
        var leftovers = await ChangedSettings(memory.cutover.credentials, and: memory.cutover.fence)
            .leftovers(on: servers.source)
        leftovers += await role()
        if let back = memory.back {
            leftovers += await ChangedSettings(back.credentials, and: back.fence).leftovers(on: servers.target)
        }
        if let timeouts = Sentinels(servers).map({ FailoverTimeouts(sentinels: $0) }) {
            for prior in [memory.cutover.failoverTimeouts, memory.back?.failoverTimeouts].compactMap(\.self) {
                leftovers += await timeouts.leftovers(prior)
            }
        }
        let replicas = OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
        return leftovers + (await replicas.leftovers(memory.cutover.replicas))
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

    /// While the target answers, a person has to judge who shall be the primary, so nothing is proposed for it.
    private func role() async -> [Leftover] {
        let source = servers.source
        guard let replication = try? await source.replication(),
            let isClosed = try? await Fence(primary: source).isClosed()
        else { return [] }
        let upstream = replication.upstream?.primary
        let hand = await servers.isTargetSilent() ? await promotionByHand(isReplica: upstream != nil) : []
        guard upstream != nil || isClosed || !hand.isEmpty else { return [] }
        let what =
            upstream.flatMap { $0 == .nowhere ? nil : "takes no writes: it follows \($0)" }
            ?? (isClosed || upstream == .nowhere
                ? "takes no writes: it stands alone, fenced" : "the Sentinels do not name it")
        let isFailover = hand.contains { $0.contains(AdvisedCommand.leftFailover.words) }
        let patience = isFailover ? "; a Sentinel that says NOGOODSLAVE reads the new priority within 10 s" : ""
        return [Leftover(source.name, "\(what) (before the run: the primary)\(patience)", commands: hand)]
    }

    /// How a person makes the source the primary again that the Sentinels name. Where they list it as a replica they promote
    /// it themselves, and read its priority only as long as it is one. Where they have forgotten it, it is monitored anew,
    /// without the settings that a Sentinel does not tell, such as its `auth-pass`.
    private func promotionByHand(isReplica: Bool) async -> [String] {
        let source = servers.source
        let detach = isReplica ? [source.commandLine(.leftSource)] : []
        guard let sentinels = Sentinels(servers) else { return detach }
        let name = sentinels.primaryName
        var lost: [(sentinel: Sentinel, quorum: Int)] = []
        for sentinel in sentinels.all {
            guard let primary = try? await sentinel.sentinelPrimary(name),
                await !servers.isSame(primary.address, as: source)
            else { continue }
            lost.append((sentinel, primary.quorum))
        }
        if isReplica, let first = lost.first, (try? await sentinels.knowsAny([source.endpoint])) == true {
            return [first.sentinel.commandLine(.leftFailover, name)]
        }
        let (host, port) = (source.endpoint.host, String(source.endpoint.port))
        return detach
            + lost.flatMap { sentinel, quorum in
                [
                    sentinel.commandLine(.leftOtherPrimary, name),
                    sentinel.commandLine(.leftPrimary, name, host, port, String(quorum)),
                ]
            }
    }
}

extension OtherReplicas {
    /// What is left at those that the run has changed.
    func leftovers(_ replicas: [Memory]) async -> [Leftover] {
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
                        commands: [
                            replica.commandLine(
                                .leftReplica, primary.endpoint.host, String(primary.endpoint.port))
                        ]))
            }
            leftovers += await ChangedSettings(prior: memory.settings).leftovers(on: replica)
            await replica.session.close()
        }
        return leftovers
    }
}
