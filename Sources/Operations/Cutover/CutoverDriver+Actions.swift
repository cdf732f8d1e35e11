import Execution
import PlanModel
import RESP
import RedisTopology

/// Until the promotion.
extension CutoverDriver {
    mutating func holdWrites() async -> Event {
        do {
            offset = try await pause.hold()
        } catch {
            refusal = error
            return .refused
        }
        guard cutover.drains, offset == nil else { return .done }
        refusal = StepFailure(
            code: .offsetUnknown, what: "\(from.name) does not tell its replication offset", place: [from.name])
        return .refused
    }

    /// What the new primary says of itself; one that does not answer as long as writes are held back is not waited for.
    mutating func compareOffsets() async -> Event {
        let wanted = offset ?? 0
        do {
            let replication = try await to.replication(timeout: max(pause.remaining, .milliseconds(100)))
            guard let upstream = replication.upstream else { return .detached }
            let reached = upstream.offset ?? 0
            if upstream.isLinkUp, reached >= wanted { return .reached }
            seen = "offset \(reached) of \(wanted)"
            cutover.context.report(
                Progress("\(to.name) to reach the offset of \(from.name)", now: "\(reached)", wanted: "\(wanted)"))
            return .behind
        } catch {
            seen = error.what
            guard error.isTransient else {
                refusal = error
                return .refused
            }
            return .unanswered
        }
    }

    /// The last question before the promotion. Nothing is written any more, so the answer is final.
    mutating func lookForRefusals() async -> Event {
        guard let refusals else { return .done }
        let timeout = max(pause.remaining, .milliseconds(100))
        return await attempt {
            if let violation = try await refusals.violation(timeout: timeout) { throw violation }
        }
    }

    mutating func record(_ phase: CutoverMemory.Phase) async -> Event {
        if phase == .promoting, memory.phase != .promoting {
            memory.promotingSince = WallClock.now()
            memory.measurements.drain = pause.elapsed.seconds
        }
        memory.phase = phase
        return await attempt { [cutover, memory] in try await cutover.record(memory) }
    }

    mutating func lowerFence() async -> Event {
        do {
            try await cutover.unfence(memory)
            return .done
        } catch {
            unfencing = error
            return .refused
        }
    }

    mutating func askSentinel() async -> Event {
        guard let leader, let sentinels = cutover.sentinels else { return .done }
        // A reply that is lost must leave enough of the pause for the swap.
        let timeout = min(.seconds(1), pause.remaining / 2)
        return await attempt { try await leader.sentinel.failOver(sentinels.primaryName, timeout: timeout) }
    }

    mutating func promote() async -> Event {
        if promotion == nil { promotion = Stopwatch(cutover.context.clock) }
        // While writes are held back, the command must not arrive after they are let go.
        let timeout = pause.hasBegun ? max(pause.remaining, .milliseconds(100)) : .seconds(30)
        let commands = cutover.promotion
        return await attempt { [to] in try await to.attempt(commands, timeout: timeout) }
    }

    /// What the new primary says of itself; keeps note of how long it has said nothing.
    private mutating func answer(within timeout: Duration) async -> ReplicationInfo? {
        let replication = try? await to.replication(timeout: timeout)
        if replication != nil {
            silence = nil
        } else if silence == nil {
            silence = Stopwatch(cutover.context.clock)
        }
        return replication
    }

    mutating func readRole() async -> Event {
        guard let replication = await answer(within: .seconds(2)) else { return .unanswered }
        guard replication.role == .primary else {
            cutover.context.report(Progress("\(to.name) to become primary", now: "replica", wanted: "primary"))
            return .isReplica
        }
        if let promotion { memory.measurements.promotion = promotion.elapsed.seconds }
        return .isPrimary
    }
}

/// After the promotion: clients move, and the old primary comes to rest.
extension CutoverDriver {
    /// Should this fail, it is tried again once the Sentinels have taken note.
    mutating func demote() async -> Event {
        if promotion == nil {
            // An earlier run may have died before it had set them.
            try? await ReplicationCredentials(toFollow: to).apply(to: from)
        }
        let event = await attempt { [cutover] in try await cutover.demote() }
        // An announcement comes first; it does not take longer because of this question.
        if machine.method != .announce { await countWrites() }
        return event
    }

    mutating func announce() async -> Event {
        guard let announcement else { return .refused }
        async let told: Void = announcement.send()
        await countWrites()
        await told
        return .done
    }

    mutating func readSentinels() async -> Event {
        guard let sentinels = cutover.sentinels else { return .unanswered }
        view = await sentinels.view(of: to)
        if let promotion {
            for name in view.naming where memory.measurements.switched[name] == nil {
                memory.measurements.switched[name] = promotion.elapsed.seconds
            }
        }
        await reportNaming()
        let portion: CutoverStateMachine.SentinelsSeen.Portion =
            view.named == 0 ? .none : view.misleading == 0 ? .all : .some
        return .sentinels(
            .init(
                named: portion, allShowIt: view.allShowIt, isBusy: view.isBusy, allAnswer: view.silent.isEmpty))
    }

    private mutating func reportNaming() async {
        guard !view.allShowIt else { return }
        let (what, count) =
            view.allNameIt ? ("to end their failover", view.shown) : ("to name \(to.endpoint)", view.named)
        var now = "\(count) of \(view.total)"
        // Clients are on their way to it by then.
        if machine.state == .watching(isReleased: true), await answer(within: .seconds(1)) == nil {
            now += "; \(to.name) does not answer"
        }
        cutover.context.report(Progress("the Sentinels \(what)", now: now, wanted: "all"))
    }

    mutating func askSentinelAgain() async -> Event {
        guard let sentinels = cutover.sentinels else { return .refused }
        if machine.method == .announce {
            announcement = await PrimaryAnnouncement.write(
                sentinels, primary: to, isToAll: cutover.reopening != nil)
            await announcement?.send()
        }
        await sentinels.failOverAgainIfIdle(to: to)
        return .done
    }

    /// Ends the pause on the old primary together with its connections: who waits there asks Sentinel again instead of
    /// reading an error.
    mutating func releaseClients() async -> Event {
        if let promotion { memory.measurements.announcement = promotion.elapsed.seconds }
        if pause.hasBegun { memory.measurements.pause = pause.elapsed.seconds }
        let commands: [Command] = [
            ["MULTI"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], ["CLIENT", "UNPAUSE"], ["EXEC"],
        ]
        let replies = try? await from.replies(to: commands, timeout: .seconds(5))
        if case .error? = replies?.last {
            // Dragonfly kills by address only and discards the transaction.
            _ = try? await from.replies(to: [["CLIENT", "UNPAUSE"]], timeout: .seconds(5))
        }
        return .done
    }

    mutating func settle() async -> Event {
        await attempt { [cutover, memory] in
            try await cutover.record(memory)
            try await cutover.settle(memory)
        }
    }

    /// Sentinel kills the connections of the server that it promotes, ours as well: the second question has a new one.
    private mutating func countWrites() async {
        guard memory.measurements.writesAtPromotion == nil else { return }
        if counter == nil { counter = try? await WriteCounter(to) }
        var calls = try? await counter?.calls()
        if calls == nil { calls = try? await counter?.calls() }
        memory.measurements.writesAtPromotion = calls
    }
}
