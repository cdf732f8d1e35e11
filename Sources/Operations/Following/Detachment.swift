import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Undoes `replicaof`: the target stands alone again, as it was before, and the Sentinels have forgotten it.
///
/// They must forget it. A Sentinel that still knows the target as a replica makes it follow the source again, 8 to 18
/// seconds after it was detached.
struct Detachment {
    let servers: Servers
    var memory: ReplicaOfMemory

    static func rights(_ plan: Plan) -> Rights {
        Rights(at: [.target], [.replicaOf, .flushAll]) + Sentinels.forgettingRights(plan)
    }

    private var target: Server { servers.target }
    private var candidacy: Candidacy? { Candidacy(servers, original: memory.priority) }

    private func restore(_ memory: ReplicaOfMemory) async throws {
        try await ReplicationCredentials.restore(memory.credentials, on: target)
        try await candidacy?.restore()
        _ = try await target.writeConfigurationFile()
    }

    func run(_ context: StepContext) async throws -> String? {
        var memory = memory
        if memory.followedBefore == true, !memory.isDetaching {
            try await candidacy?.restore()
            return nil
        }
        if let sentinels = Sentinels(servers) { try await sentinels.waitUntilCalm(upTo: .seconds(60), context) }
        try await refuseIfNamed(context)
        let replication = try await target.replication()
        if let primary = replication.upstream?.primary {
            if await hasReplacedSource(primary) {
                memory.isCopied = SyncState(replication).isSynced
            } else if await !isSource(primary) {
                throw followsAnother(primary)
            }
            memory.isDetaching = true
            try await context.save(StateValue(memory))
            try await target.ask(["REPLICAOF", "NO", "ONE"], timeout: .seconds(30))
        } else if !memory.isDetaching {
            // A target that was started again follows nobody for a while. A Sentinel that knows it as a replica makes it
            // follow again, so that the way back is the same as if it did.
            guard try await Sentinels(servers)?.knowsAny([target.endpoint]) == true else {
                try await restore(memory)
                return nil
            }
            memory.isDetaching = true
            try await context.save(StateValue(memory))
        }
        try await makeForgotten(memory, context)
        // The resets take time. A Sentinel that was not reset yet may have promoted the target, and then clients write
        // there. A Sentinel that was reset has forgotten the target and cannot promote it.
        try await refuseIfNamed(context)
        let kept = try await empty(memory)
        try await restore(memory)
        return sentence(memory, kept: kept)
    }

    /// How often it is begun anew. A Sentinel makes the target follow at most once in some seconds.
    private static let rounds = 5

    /// Makes every Sentinel forget the target, which follows nobody then.
    ///
    /// A Sentinel that was not reset yet can make the target follow the source again. From the source the Sentinels that were
    /// reset before learn of the target anew, so all of it is done again until nobody lists it.
    private func makeForgotten(_ memory: ReplicaOfMemory, _ context: StepContext) async throws {
        guard let sentinels = Sentinels(servers) else { return }
        let world = [
            "the target is detached" + (memory.isCopied == nil ? "; \(servers.source.endpoint) takes writes" : "")
        ]
        for _ in 1...Self.rounds {
            try await sentinels.forget([target.endpoint], world: world, context)
            let follows = try await target.replication().upstream != nil
            let isListed = try await sentinels.knowsAny([target.endpoint])
            guard follows || isListed else { return }
            if follows { try await target.ask(["REPLICAOF", "NO", "ONE"], timeout: .seconds(30)) }
        }
    }

    /// Whether it is the source, or the one that the plan named before.
    private func isSource(_ primary: Endpoint) async -> Bool {
        if await servers.isSame(primary, as: servers.source) { return true }
        guard let former = memory.former else { return false }
        return await servers.isOnePlace(primary, former)
    }

    /// Whether it is the server that took the place of the source. Then the Sentinels made the target follow it.
    private func hasReplacedSource(_ primary: Endpoint) async -> Bool {
        guard let replacement = await SourceReplacement.find(servers) else { return false }
        return await servers.isSame(primary, as: replacement.address)
    }

    private func followsAnother(_ primary: Endpoint) -> StepFailure {
        StepFailure(
            code: .targetFollowsAnother,
            what: "the target is a replica of \(primary) by now, which is not the source",
            place: [target.name], world: ["the target was left as it is"],
            help: ["if \(primary) has taken the place of the source, write it into the plan as the address of 'source'"]
        )
    }

    /// Throws if a Sentinel names the target as the primary: the target then has the newest data, and clients write to
    /// it.
    private func refuseIfNamed(_ context: StepContext) async throws(StepFailure) {
        guard let sentinel = await servers.sentinelNamingTarget() else { return }
        throw StepFailure(
            code: .targetIsPrimary, what: "\(sentinel.name) names the target as the primary: it is not emptied",
            place: [sentinel.name, target.name],
            world: [
                "the Sentinels failed over to \(target.endpoint) by themselves; clients that ask them write to it",
                "its data was not touched",
            ],
            help: SourceRunsOn.helpWithPart(servers, context) ?? [
                "resume goes forward; to go back instead, make \(servers.source.endpoint) follow \(target.endpoint), fail over, and roll back then"
            ])
    }

    /// Empties the target if it was empty before the run.
    /// - Returns: why the target keeps its data although it was empty before the run; otherwise `nil`.
    private func empty(_ memory: ReplicaOfMemory) async throws -> String? {
        // A Sentinel that was not reset yet may have made the target follow the source again. Then the target's data is
        // a new copy of the source's.
        if try await target.replication().upstream?.primary != nil {
            try await target.ask(["REPLICAOF", "NO", "ONE"], timeout: .seconds(30))
        }
        guard memory.wasEmpty else { return nil }
        if let reason = try await onlyCopy(memory) { return reason }
        try await target.ask(["FLUSHALL"], timeout: .seconds(120))
        return nil
    }

    /// Why the target may hold the only copy of the data: the source lost its data in a restart, was emptied, or does
    /// not answer.
    private func onlyCopy(_ memory: ReplicaOfMemory) async throws -> String? {
        let keys = try await target.keyspace().keys
        guard keys > 0, memory.isCopied != true else { return nil }
        let kept = "and keeps its \(keys.counted("key", "keys"))"
        if memory.isCopied == false {
            return "\(kept), which may be the only copy: it was not in sync when it was detached"
        }
        do {
            _ = try await servers.source.keyspace()
        } catch {
            return "\(kept), which may be the only copy: the source does not answer"
        }
        return try await SourceRunsOn.lost(servers, since: memory.baseline).map { "\(kept): \($0.what)" }
    }

    private func sentence(_ memory: ReplicaOfMemory, kept: String?) -> String {
        let source = "\(servers.source.endpoint)"
        let primary = memory.isCopied == nil ? source : "the server that took the place of \(source)"
        var parts = ["\(target.endpoint) no longer follows \(primary)"]
        if let kept {
            parts.append(kept)
        } else if memory.wasEmpty {
            parts.append("and is empty again, as before the run")
        } else {
            parts.append("and keeps the copy it has; its former data is gone")
        }
        if memory.credentials.password == .replaced {
            parts.append("(its former masterauth was replaced and is kept nowhere)")
        }
        return parts.joined(separator: " ")
    }
}
