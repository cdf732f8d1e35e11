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
        var leftovers = await role(memory.cutover)
        leftovers += await ChangedSettings(memory.cutover.credentials, and: memory.cutover.fence)
            .leftovers(on: servers.source)
        if let back = memory.back {
            leftovers += await ChangedSettings(back.credentials, and: back.fence).leftovers(on: servers.target)
        }
        let replicas = OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
        return leftovers + (await replicas.leftovers(memory.cutover.replicas))
    }

    /// Who is primary now is for a person to judge, so nothing is proposed for it.
    private func role(_ memory: CutoverMemory) async -> [Leftover] {
        let source = servers.source
        guard let replication = try? await source.replication() else { return [] }
        if let upstream = replication.upstream?.primary {
            return [Leftover(source.name, "takes no writes: it follows \(upstream) (before the run: the primary)")]
        }
        guard (try? await Fence(primary: source).isClosed()) == true else { return [] }
        return [Leftover(source.name, "takes no writes: it stands alone, fenced (before the run: the primary)")]
    }
}

extension OtherReplicas {
    /// What is left at those that the run has changed.
    func leftovers(_ replicas: [Memory]) async -> [Leftover] {
        var leftovers: [Leftover] = []
        for memory in replicas {
            let follow = ["REPLICAOF", primary.endpoint.host, String(primary.endpoint.port)]
            var settings = primary.settings
            settings.address = memory.address
            let replica = Server(
                part: .replica, endpoint: memory.address, settings: settings,
                session: servers.connector.session(settings))
            if let replication = try? await replica.replication(), replication.role == .primary {
                leftovers.append(
                    Leftover(
                        replica.name, "stands alone (before the run: followed \(primary.endpoint))",
                        commands: [replica.commandLine(follow)]))
            }
            leftovers += await ChangedSettings(prior: memory.settings).leftovers(on: replica)
            await replica.session.close()
        }
        return leftovers
    }
}
