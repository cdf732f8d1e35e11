import Execution
import RESP
import RedisTopology
import Values

/// How a person gets a primary that takes writes and that every Sentinel names, after a cutover that nobody completes.
///
/// Nothing is proposed that could lose an acknowledged write. A target that is the primary stays it, and of two servers
/// that follow each other the one that has more of the stream is promoted. Where a person has to judge, it is only said
/// that the source takes no writes.
struct PrimaryByHand {
    let servers: Servers
    let roles: PairRoles
    /// The source's settings from before the cutover.
    let fence: [String: String]

    private var source: Server { servers.source }
    private var target: Server { servers.target }

    func leftovers() async -> [Leftover] {
        guard let replication = try? await source.replication(),
            let isClosed = try? await Fence(primary: source).isClosed()
        else { return [] }
        let standstill = await standstill(replication, isClosed)
        switch roles {
        case .exchanged: return await goOn(standstill ?? "takes no writes")
        case .circle: return await breakCircle(replication)
        case .other:
            let commands = await servers.isTargetSilent() ? await takeBack(replication.upstream != nil) : []
            guard standstill != nil || !commands.isEmpty else { return [] }
            return [leftover(standstill ?? "the Sentinels do not name it", commands: commands)]
        }
    }

    /// Why the source takes no writes, as a phrase; `nil` if it takes them.
    private func standstill(_ replication: ReplicationInfo, _ isClosed: Bool) async -> String? {
        if let upstream = replication.upstream?.primary, upstream != .nowhere {
            return "takes no writes: it follows \(upstream)"
        }
        if isClosed || replication.upstream != nil { return "takes no writes: it stands alone, fenced" }
        let name = Fence.quorumOfReplicas
        guard let prior = fence[name], let wanted = try? await source.setting(name), wanted != prior,
            let count = Int(wanted), replication.replicas.count(where: \.isOnline) < count
        else { return nil }
        return "takes no writes: it wants \(count.counted("replica", "replicas")) in sync (\(name))"
    }

    private func leftover(_ what: String, _ then: String = "", commands: [String]) -> Leftover {
        let isFailover = commands.contains { $0.contains(AdvisedCommand.leftFailover.words) }
        let patience = isFailover ? "; a Sentinel that says NOGOODSLAVE reads the new priority within 10 s" : ""
        return Leftover(source.name, "\(what) (before the run: the primary)\(then)\(patience)", commands: commands)
    }

    /// The target takes the writes. Sentinels that do not name it send clients to a server that takes none.
    private func goOn(_ standstill: String) async -> [Leftover] {
        let lost = await sentinels(notNaming: target)
        let then =
            lost.isEmpty
            ? "" : "; \(target.endpoint) is the primary, and has to be named by the Sentinels, which send clients here"
        return [leftover(standstill, then, commands: await naming(target, lost))]
    }

    /// Neither server has taken a write since they follow each other. Of the two, the source lacks writes only if the target
    /// has come further. A Dragonfly that was made to follow and was not in sync since does not say how far it has come.
    private func breakCircle(_ replication: ReplicationInfo) async -> [Leftover] {
        guard let reached = try? await target.replication() else { return [] }
        let isBehind = (reached.upstream?.offset ?? .max) > (replication.upstream?.offset ?? 0)
        let chosen = isBehind ? target : source
        return [
            leftover(
                "takes no writes: it follows \(target.endpoint), which follows it",
                "; \(chosen.endpoint) has every write, and has to be promoted",
                commands: [chosen.commandLine(.leftSource)] + (await naming(chosen, sentinels(notNaming: chosen))))
        ]
    }

    /// The target does not answer, and the source becomes the primary again. A Sentinel that lists it as a replica promotes
    /// it itself.
    private func takeBack(_ isReplica: Bool) async -> [String] {
        let detach = isReplica ? [source.commandLine(.leftSource)] : []
        let lines = await naming(source, sentinels(notNaming: source), promotes: isReplica)
        let isFailover = lines.contains { $0.contains(AdvisedCommand.leftFailover.words) }
        return isFailover ? lines : detach + lines
    }

    private struct Lost {
        let sentinel: Sentinel
        let quorum: Int
    }

    /// The Sentinels that answer and show another server as the primary.
    private func sentinels(notNaming server: Server) async -> [Lost] {
        guard let sentinels = Sentinels(servers) else { return [] }
        var lost: [Lost] = []
        for sentinel in sentinels.all {
            guard let primary = try? await sentinel.sentinelPrimary(sentinels.primaryName),
                await !servers.isSame(primary.address, as: server)
            else { continue }
            lost.append(Lost(sentinel: sentinel, quorum: primary.quorum))
        }
        return lost
    }

    /// The lines that make these Sentinels name a server. One that lists the server as a replica fails over to it, and tells
    /// the others; it reads the priority of a server only as long as that one is a replica. Where none lists it, each monitors
    /// it anew, without the settings that a Sentinel does not tell, such as its `auth-pass`.
    /// - Parameter promotes: whether a failover is of use.
    private func naming(_ server: Server, _ lost: [Lost], promotes: Bool = true) async -> [String] {
        guard let sentinels = Sentinels(servers) else { return [] }
        let name = sentinels.primaryName
        for sentinel in lost.map(\.sentinel) where promotes {
            guard (try? await sentinels.knows([server.endpoint], sentinel)) == true else { continue }
            return [sentinel.commandLine(.leftFailover, name)]
        }
        let (host, port) = (server.endpoint.host, String(server.endpoint.port))
        return lost.flatMap { lost in
            [
                lost.sentinel.commandLine(.leftOtherPrimary, name),
                lost.sentinel.commandLine(.leftPrimary, name, host, port, String(lost.quorum)),
            ]
        }
    }
}
