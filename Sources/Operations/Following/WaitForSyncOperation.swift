package import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// `wait-for-sync`: waits until the target has all that the source has, and keeps up.
///
/// It asks the target itself whether it is in sync, because a Sentinel does not look at that, and the source learns of
/// the target's progress up to a second late.
package struct WaitForSyncOperation: Operation {
    let servers: Servers
    let step: WaitForSyncStep

    package func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    package func perform(_ context: StepContext) async throws {
        var watch = SyncWatch(step: step, source: servers.source, target: servers.target)
        let time = Stopwatch(context.clock)
        var pace = ConditionPace(context.clock)
        var refusal = ReplicationRefusal(servers)
        let baseline = try RunBaseline.recorded(servers.plan, context)?.untilSynced
        let candidacy = Candidacy(servers, original: baseline?.targetPriority)
        while true {
            if context.isDraining { throw CancellationError() }
            try await pace.check(servers, since: baseline)
            let observation = try await observe()
            // The Sentinels look every 10 s: they see it while the lag is watched, data compared and a person asked.
            if case .answer(let answer) = observation, answer.follows {
                try await refusal.check(answer.state, at: time.elapsed)
                try await candidacy?.adapt(
                    to: answer.state, priority: answer.priority, isClose: (answer.lag ?? .max) <= step.maxLag.bytes)
            }
            switch try watch.receive(observation, at: time.elapsed) {
            case .keepWaiting(let progress): context.report(progress)
            case .synced: return
            }
            try await context.clock.sleep(for: .milliseconds(250))
        }
    }

    package func verify(_ context: StepContext) async throws -> StepResult {
        let baseline = try RunBaseline.recorded(servers.plan, context)
        // The mark is read before the servers are looked at for the last time. So a later step notices whatever happens
        // in between.
        var mark: SyncMark?
        if let baseline { mark = try await SyncMark.read(servers.source, baseline) }
        mark?.inSyncSince = inSyncSince
        let observation = try await observe()
        guard case .answer(let answer) = observation, let lag = answer.lag else {
            throw StepFailure(
                code: .targetNotSynced, what: "the target was in sync a moment ago and is not any more",
                place: [servers.target.name], world: ["\(servers.source.endpoint) takes writes as before"],
                isTransient: true)
        }
        if let violation = try await Conditions.violation(servers, since: baseline?.untilSynced) { throw violation }
        // The conditions hold, so the source is the same process with the same history. A second full sync, if there
        // was one, has copied the same data as the first, and a warning is enough.
        let isAgain = try await StreamUnbroken().violation(servers, since: baseline) != nil
        let other = try await TargetRegistration.otherAddress(servers)
        return StepResult(
            "in sync, lag \(ByteCount(bytes: lag).text)"
                + (isAgain
                    ? "; since it was last in sync it has lost its link and had another full sync" : "")
                + (other.map { "; the source knows the target as \($0)" } ?? ""),
            verdict: isAgain || other != nil ? .warned : .passed,
            help: other.map {
                [
                    "applications will be sent to \($0): if they cannot reach it there, roll back, then \(AdvisedCommand.syncedAddress.line("<its address>")) and \(AdvisedCommand.syncedPort.line("<its port>")) on \(servers.target.endpoint) (Dragonfly is started with --announce_ip and --announce_port), and apply again"
                ]
            } ?? [],
            facts: ["lagBytes": .int(lag), "sourceOffset": .int(answer.sourceOffset)],
            memo: mark.map { StateValue($0) })
    }

    package func undo(_ context: StepContext) async throws -> StepResult? { nil }

    /// A time at which the target was already in sync, in milliseconds since 1970: it has been stable for `stable-for`.
    private var inSyncSince: Int64 {
        let stable = Int64(clamping: step.stableFor.components.seconds) &* 1000
        return Timestamp.now.millisecondsSince1970 &- stable
    }

    /// Looks at both servers once. A server that does not answer is reported as silent, since it may answer at the next
    /// look.
    private func observe() async throws(StepFailure) -> SyncWatch.Observation {
        do {
            return .answer(try await SyncWatch.Answer.read(servers))
        } catch {
            guard error.isTransient else { throw error }
            let isOfSource = error.place.first == servers.source.name
            // A dead source may come back. One whose place another server has taken does not come back as a primary.
            if isOfSource, let replacement = await SourceReplacement.find(servers) {
                throw await replacement.failure(servers)
            }
            return .silence(error.sentence, isOfSource: isOfSource)
        }
    }
}

extension SyncWatch.Answer {
    /// The present state of source and target.
    static func read(_ servers: Servers) async throws(StepFailure) -> SyncWatch.Answer {
        // The source is asked first. So the target's answer is newer, and no lag is overlooked.
        let source = try await servers.source.replication()
        let fullSyncs = try await servers.source.read(["INFO", "stats"]) { try StatsInfo(Info($0)) }.fullSyncs
        let target = try await servers.target.replication()
        let role = try await servers.target.read(["ROLE"]) { try RoleReply($0) }
        var follows = false
        if let primary = target.upstream?.primary { follows = await servers.isSame(primary, as: servers.source) }
        let state = SyncState(target, role: role)
        return SyncWatch.Answer(
            sourceIsPrimary: source.role == .primary, sourceOffset: source.offset ?? 0, fullSyncs: fullSyncs ?? 0,
            follows: follows, state: state, priority: target.upstream?.priority,
            extent: await extent(state, servers))
    }

    /// Asked only while it is shown. A server that does not tell is none that would end the wait.
    private static func extent(_ state: SyncState, _ servers: Servers) async -> SyncWatch.Extent? {
        switch state {
        case .notFollowing, .connecting, .preparing, .online, .linkDown: return nil
        case .fullSync(let transfer?):
            guard transfer.totalBytes == nil, let memory = try? await servers.source.memory() else { return nil }
            return .memory(memory.used)
        case .fullSync(nil), .loading:
            guard let source = try? await servers.source.keyspace().keys,
                let target = try? await servers.target.keyspace().keys
            else { return nil }
            return .keys(target, of: source)
        }
    }
}
