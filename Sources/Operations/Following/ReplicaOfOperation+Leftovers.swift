package import Execution
import RESP
import RedisTopology
import Values

/// What is left of `replicaof`: a target that follows the source, or holds its data, and Sentinels that list it.
extension ReplicaOfOperation {
    package func leftovers(_ undo: StateValue) async -> [Leftover] {
        guard let memory = try? undo.decode(ReplicaOfMemory.self) else {
            return [
                Leftover(
                    target.name, "what was changed there is not told: the state file holds no readable record of it")
            ]
        }
        // Then it is the way of the cutover on which it goes on, and nothing is to be taken from it.
        if await servers.sentinelNamingTarget() != nil { return [] }
        let priority = memory.priority.map { [Fence.priority: $0] } ?? [:]
        let settings = await ChangedSettings(memory.credentials, and: priority).leftovers(on: target)
        if memory.followedBefore == true { return settings }
        // Where a cutover has exchanged the roles, or was cut off so that the two follow each other, the target is not to be
        // detached, emptied or forgotten. The cutover says how to go on.
        let mayBeDetached = await PairRoles.read(servers) == .other
        return await following(memory, mayBeDetached) + (mayBeDetached ? listing() : []) + settings
    }

    package func inherited(_ undo: StateValue) async -> StateValue? {
        guard var memory = try? undo.decode(ReplicaOfMemory.self), await !leftovers(undo).isEmpty else { return nil }
        (memory.baseline, memory.former, memory.isDetaching, memory.isCopied) = (nil, nil, false, nil)
        // The keys of a target that follows come from there. Those of one that stands alone may be somebody's by now.
        if (try? await target.replication().upstream) == nil {
            memory.wasEmpty = (try? await target.keyspace().keys) == 0
        }
        // What somebody has set to another value since is how it is to stay.
        if let now = try? await target.setting(Fence.priority), memory.priority != nil, now != "0" {
            memory.priority = now
        }
        memory.credentials = await credentials.stillInPlace(memory.credentials, on: target)
        return StateValue(memory)
    }

    package func leftInFiles(_ undo: StateValue) async -> [Leftover] {
        guard let memory = try? undo.decode(ReplicaOfMemory.self), memory.priority != nil, memory.isFileRefused != true,
            memory.followedBefore != true
        else { return [] }
        return [
            await ConfigurationFile.leftover(on: target, following: servers.source.endpoint, [Fence.priority])
        ].compactMap(\.self)
    }

    private func following(_ memory: ReplicaOfMemory, _ mayBeDetached: Bool) async -> [Leftover] {
        let detach = target.commandLine(.leftFollowing)
        let before =
            memory.wasEmpty ? " (before the run: empty, and followed nobody)" : " (before the run: followed nobody)"
        do {
            let replication = try await target.replication()
            let upstream = replication.upstream?.primary
            let keys = try await target.keyspace().keys
            guard upstream != nil || memory.wasEmpty && keys > 0 else { return [] }
            let holds = "holds \(keys.counted("key", "keys"))"
            let what = upstream.map { "follows \($0) and \(holds)" } ?? holds
            let kept = memory.wasEmpty && keys > 0 ? await onlyCopy(memory) : nil
            let isEmptied = memory.wasEmpty && keys > 0 && kept == nil
            // Its file holds what the run wrote there, although its settings may be as before by now.
            let mayBeWritten = memory.priority != nil && memory.isFileRefused != true
            let isWritten = try await mayBeWritten ? target.hasConfigurationFile() : false
            return [
                Leftover(
                    target.name,
                    what + before + candidacy(replication, memory) + (kept.map { "; do not empty it: \($0)" } ?? ""),
                    commands: (upstream == nil || !mayBeDetached ? [] : [detach])
                        + (isEmptied ? [target.commandLine(.leftKeys)] : [])
                        + (isWritten ? [target.commandLine(.leftFile)] : []))
            ]
        } catch {
            return [
                Leftover(
                    target.name,
                    "it does not answer (\(error.what)), and may still follow \(servers.source.endpoint) when it is back\(before)",
                    commands: [detach])
            ]
        }
    }

    /// A planrun at work takes the candidacy away from a target that loses its link for long, or begins another full sync.
    /// Nobody else does.
    private func candidacy(_ replication: ReplicationInfo, _ memory: ReplicaOfMemory) -> String {
        guard memory.priority != nil, let upstream = replication.upstream, let priority = upstream.priority,
            priority > 0
        else { return "" }
        let link = upstream.isLinkUp ? "" : "; its link is down now"
        return
            "; the Sentinels may promote it (replica-priority \(priority)), and nobody keeps them from that if it loses its link while no planrun is at work\(link)"
    }

    /// Why the target's data may be the only copy; `nil` where the source has it, too.
    private func onlyCopy(_ memory: ReplicaOfMemory) async -> String? {
        do {
            guard try await servers.source.replication().role == .primary else {
                return "\(servers.source.endpoint) is no primary"
            }
            if !memory.isDetaching, try await target.replication().role == .primary {
                return "it stands alone, and may have taken writes that \(servers.source.endpoint) does not have"
            }
            return try await SourceRunsOn.lost(servers, since: memory.baseline)?.what
        } catch {
            return "\(servers.source.endpoint) does not answer, and this may be the only copy"
        }
    }

    /// A Sentinel forgets a replica only when it is reset, which costs it the other Sentinels for a moment. One whose primary
    /// is gone, or is none, is not to be reset: it would forget whom it can promote, and learn of nobody anew.
    private func listing() async -> [Leftover] {
        guard let sentinels = Sentinels(servers) else { return [] }
        var leftovers: [Leftover] = []
        for sentinel in sentinels.all {
            guard let replicas = try? await sentinel.sentinelReplicas(sentinels.primaryName) else { continue }
            for replica in replicas where await servers.isSame(replica.address, as: target) {
                let what = "lists \(target.endpoint) as a replica"
                leftovers.append(
                    await hasPrimary(sentinel, sentinels.primaryName)
                        ? Leftover(
                            sentinel.name,
                            "\(what), and makes it follow again; once it is detached, reset the Sentinels one after the other, 30 s apart",
                            commands: [sentinel.commandLine(.leftListing, sentinels.primaryName)])
                        : Leftover(
                            sentinel.name,
                            "\(what); do not reset it as long as the server that it names is no primary: it would forget whom it can promote"
                        ))
                break
            }
        }
        return leftovers
    }

    /// Whether the server that a Sentinel has for the primary is one.
    private func hasPrimary(_ sentinel: Sentinel, _ name: String) async -> Bool {
        guard let primary = try? await sentinel.sentinelPrimary(name) else { return false }
        guard await servers.isSame(primary.address, as: servers.source) else {
            return primary.flags.isHealthy && primary.reportedRole != .replica
        }
        return (try? await servers.source.replication().role) == .primary
    }
}
