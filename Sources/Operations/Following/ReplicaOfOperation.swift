package import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// `replicaof`: makes the target a replica of the source. It sends `REPLICAOF` only if the target does not follow the
/// source yet.
///
/// It reads the role first, because Dragonfly begins a new full sync when it is told to follow the source that it
/// already follows.
package struct ReplicaOfOperation: Operation {
    let servers: Servers
    let step: ReplicaOfStep

    private var replacesData: Bool { step.replacesData }
    var credentials: ReplicationCredentials {
        ReplicationCredentials(toFollow: source, username: step.username, password: servers.replicationPassword)
    }

    private var source: Server { servers.source }
    var target: Server { servers.target }

    package func inspect(_ context: StepContext) async throws -> Inspection {
        if let replacement = await SourceReplacement.find(servers) { throw await replacement.failure(servers) }
        let former = try formerSource(context)
        if let primary = try await upstream(context), await !isFormer(primary, former) {
            guard await servers.isSame(primary, as: source) else { throw followsAnother(primary) }
            return try await takeOver(context) ?? .done("the target already follows \(source.endpoint)")
        }
        try await refuseIfNamed(context)
        try await refuseItself()
        // If the source is a replica, it may have been demoted, and the target itself may have the newest data.
        if let primary = try await source.replication().upstream?.primary { throw await sourceFollows(primary) }
        let keys = try await target.keyspace().keys
        if let recorded = context.undo {
            // An earlier attempt recorded whether the target was empty before planrun changed it. Keys that it holds
            // now may come from that attempt.
            var memory = try recorded.decode(ReplicaOfMemory.self)
            if keys > 0, let violation = try await SourceRunsOn.lost(servers, since: memory.baseline) {
                throw violation
            }
            memory.baseline = try await RunBaseline.read(servers)
            if former == nil { memory.followedBefore = nil }
            if memory.wasEmpty || replacesData || former != nil { return .ready(undo: StateValue(memory)) }
        }
        if try await isDetached() { throw wasDetached(keys) }
        guard keys == 0 || replacesData else { throw holdsKeys(keys) }
        let memory = ReplicaOfMemory(
            wasEmpty: keys == 0, credentials: try await credentials.prior(on: target),
            priority: try await originalPriority(context), baseline: try await RunBaseline.read(servers))
        return .ready(undo: StateValue(memory))
    }

    /// The source before the plan named another one. The target may still follow it, and holds its data.
    private func formerSource(_ context: StepContext) throws -> Endpoint? {
        try context.undo?.decode(ReplicaOfMemory.self).former
    }

    private func isFormer(_ primary: Endpoint, _ former: Endpoint?) async -> Bool {
        guard let former, await !servers.isSame(primary, as: source) else { return false }
        return await servers.isOnePlace(primary, former)
    }

    /// A target that somebody else has made to follow goes on doing so. Only whether it may be promoted is up to planrun from
    /// now on.
    private func takeOver(_ context: StepContext) async throws -> Inspection? {
        guard context.undo == nil, !context.isLook else { return nil }
        let memory = ReplicaOfMemory(
            wasEmpty: false, credentials: .init(), priority: try await Candidacy.original(servers),
            followedBefore: true,
            baseline: try await RunBaseline.read(servers))
        return .ready(undo: StateValue(memory))
    }

    /// An earlier attempt may have set it to 0 already.
    private func originalPriority(_ context: StepContext) async throws -> String? {
        if let recorded = try context.undo?.decode(ReplicaOfMemory.self).priority { return recorded }
        return try await Candidacy.original(servers)
    }

    /// The server that the target follows; `nil` if it stands alone.
    ///
    /// If the target stands alone although the Sentinels know it as a replica, it was restarted or detached. The
    /// Sentinels make it follow again within 20 s, and this waits for them.
    private func upstream(_ context: StepContext) async throws -> Endpoint? {
        let watch = Stopwatch(context.clock)
        // If the target's data may be deleted, planrun need not wait for the Sentinels: it makes the target follow
        // itself.
        let isFree = try context.undo?.decode(ReplicaOfMemory.self).wasEmpty ?? false || replacesData
        while true {
            let upstream = try await target.replication().upstream?.primary
            let left = Duration.seconds(40) - watch.elapsed
            guard upstream == nil, !context.isLook, !isFree, left > .zero, try await isDetached() else {
                return upstream
            }
            if context.isDraining { throw CancellationError() }
            context.report(
                Progress(
                    "the Sentinels to make \(target.endpoint) follow again", now: "it follows nobody",
                    wanted: "a replica",
                    remaining: left))
            try await context.clock.sleep(for: .milliseconds(500))
        }
    }

    private func isDetached() async throws -> Bool {
        guard let sentinels = Sentinels(servers), try await target.keyspace().keys > 0,
            await servers.sentinelNamingTarget() == nil
        else { return false }
        return try await sentinels.knowsAny([target.endpoint])
    }

    package func perform(_ context: StepContext) async throws {
        var memory = try context.undo?.decode(ReplicaOfMemory.self)
        let candidacy = Candidacy(servers, original: memory?.priority)
        if memory?.followedBefore == true, memory?.former == nil {
            let replication = try await target.replication()
            return try await candidacy?.adapt(to: SyncState(replication), priority: replication.upstream?.priority)
                ?? ()
        }
        try await refuseIfNamed(context)
        try await credentials.apply(to: target)
        if try await candidacy?.withholdFromAll(context).refusal != nil {
            memory?.isFileRefused = true
            if let memory { try await context.save(StateValue(memory)) }
        }
        context.report(Progress("the target to accept its new primary", wanted: "replica of \(source.endpoint)"))
        let command = Command.replicaOf(source.endpoint)
        // Dragonfly connects to the source before it replies. If the source's host drops packets, that takes 20 s.
        let reply = try await target.replies(to: [command], timeout: .seconds(30))[0]
        if case .error(let error) = reply {
            throw StepFailure(
                code: .replicaofRefused,
                what: "the target refused to follow the source: \(error.message.printable)",
                place: [target.name, "REPLICAOF \(source.endpoint.host) \(source.endpoint.port)"],
                world: ["the target keeps its role and its data; \(source.endpoint) takes writes as before"],
                help: [
                    "check that \(target.endpoint) can reach \(source.endpoint) and may log in there; Dragonfly gives the reason only in its log"
                ],
                isTransient: true)
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        let replication = try await target.replication()
        guard let primary = replication.upstream?.primary, await servers.isSame(primary, as: source) else {
            throw StepFailure(
                code: .targetDoesNotFollow, what: "the target does not say that it follows the source",
                place: [target.name, "role \(replication.role)"],
                world: ["\(source.endpoint) takes writes as before"], isTransient: true)
        }
        var baseline = try await baseline(context)
        if let memory = try context.undo?.decode(ReplicaOfMemory.self) {
            (baseline.targetPriority, baseline.targetFollowed) = (memory.priority, memory.followedBefore)
        }
        // If the target has lost its link and is in another full sync, that is no violation here: `wait-for-sync` waits
        // for its end.
        if let violation = try await Conditions.violation(servers, since: baseline.untilSynced) { throw violation }
        return StepResult("the target follows \(source.endpoint)", memo: StateValue(baseline))
    }

    private func refuseItself() async throws(StepFailure) {
        let (place, world) = (
            [source.name, target.name], ["nothing was changed; \(source.endpoint) takes writes as before"]
        )
        switch await servers.sourceIsTarget() {
        case .different: return
        case .same:
            throw StepFailure(
                code: .targetIsSource, what: "source and target are one server under two addresses", place: place,
                world: world, help: ["name the server that shall take over as 'target' in the plan"])
        case .unknown(let reason):
            throw StepFailure(
                code: .serverUnidentified,
                what: "planrun cannot find out whether source and target are two servers: \(reason)", place: place,
                world: world, help: [IdentityProof.help], isTransient: true)
        }
    }

    /// The values that conditions compare with. They were read when planrun last made the target follow. If the target
    /// already followed, they were read when planrun first looked at it.
    private func baseline(_ context: StepContext) async throws -> RunBaseline {
        if let recorded = try context.undo?.decode(ReplicaOfMemory.self).baseline { return recorded }
        if let recorded = try RunBaseline.recorded(servers.plan, context) { return recorded }
        return try await RunBaseline.read(servers)
    }

    package func undo(_ context: StepContext) async throws -> StepResult? {
        guard let recorded = context.undo else { return nil }
        let detachment = Detachment(servers: servers, memory: try recorded.decode(ReplicaOfMemory.self))
        return try await detachment.run(context).map { StepResult($0) }
    }

    /// Throws if a Sentinel names the target as the primary: the target then has the newest data and clients that write
    /// to it, and a full sync would delete their writes.
    private func refuseIfNamed(_ context: StepContext) async throws(StepFailure) {
        guard let sentinel = await servers.sentinelNamingTarget() else { return }
        var help = await hintOfAnother()
        help +=
            SourceRunsOn.helpWithPart(servers, context) ?? [
                "the Sentinels failed over by themselves: find out why, and what \(source.endpoint) has that \(target.endpoint) lacks",
                "to migrate from what is the primary now, swap 'source' and 'target' in the plan, or make \(source.endpoint) the primary again (\(AdvisedCommand.sourceNotNamed.line(servers.primaryName)) on one of them)",
            ]
        throw StepFailure(
            code: .targetIsPrimary, what: "\(sentinel.name) names the target as the primary already",
            place: [sentinel.name, target.name],
            world: ["nothing was changed; clients that ask the Sentinels write to \(target.endpoint)"], help: help)
    }

    /// A hint if another run has changed the source. That run may be dead, and its state file is elsewhere, but only
    /// with that file can it be resumed or rolled back.
    private func hintOfAnother() async -> [String] {
        guard let mark = try? await source.mark(), !mark.changes.isEmpty else { return [] }
        return [
            "another run has changed settings of \(source.endpoint) (its proc-title-template says which): resume that run, or roll it back, where its state file is"
        ]
    }

    private func followsAnother(_ primary: Endpoint) -> StepFailure {
        StepFailure(
            code: .targetFollowsAnother, what: "the target is a replica of \(primary), which is not the source",
            place: [target.name], world: ["nothing was changed"],
            help: [
                "name the right target in the plan, or detach it yourself: \(AdvisedCommand.followsAnother.line()) on \(target.endpoint)"
            ])
    }

    private func sourceFollows(_ primary: Endpoint) async -> StepFailure {
        StepFailure(
            code: .sourceNotPrimary, what: "the source is a replica of \(primary)", place: [source.name],
            world: ["nothing was changed; the target was not touched"],
            help: await hintOfAnother() + [
                "name the present primary as 'source' in the plan, or find out who demoted the source"
            ])
    }

    /// The failure if the target was restarted or somebody detached it. The Sentinels will make it follow again.
    private func wasDetached(_ keys: Int64) -> StepFailure {
        StepFailure(
            code: .targetDetached,
            what:
                "the target holds \(keys.counted("key", "keys")) and follows nobody, and the Sentinels know it as a replica of the source",
            place: [target.name], world: ["nothing was changed; the target was not touched"],
            help: [
                "was it restarted? the Sentinels make it follow the source again within some 20 s; if they do not, look at their logs"
            ],
            isTransient: true)
    }

    private func holdsKeys(_ keys: Int64) -> StepFailure {
        StepFailure(
            code: .targetHoldsKeys,
            what: "the target holds \(keys.counted("key", "keys")), which the full sync would delete",
            place: [target.name], world: ["nothing was changed; the target was not touched"],
            help: ["empty the target, or say 'replicaof: { replace-data: true }' in the plan if its data may go"])
    }
}
