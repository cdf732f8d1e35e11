import Execution
import PlanModel
import RESP
import RedisTopology

/// The actions up to the promotion.
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

    /// Asks the new primary how far it has come. Its time limit is the rest of the write pause.
    mutating func compareOffsets(_ round: CutoverStateMachine.Round) async -> Event {
        do {
            let questions = questions(round)
            let replies = try await to.replies(to: questions, timeout: max(pause.remaining, .milliseconds(100)))
            let replication = try to.value(of: replies[0], to: Self.replication) { try ReplicationInfo($0) }
            guard let upstream = replication.upstream else { return .detached }
            let (reached, wanted) = (upstream.offset ?? 0, offset ?? 0)
            guard upstream.isLinkUp, reached >= wanted else {
                seen = "offset \(reached) of \(wanted)"
                cutover.context.report(
                    Progress(
                        "\(to.name) to reach the offset of \(from.name)", now: "\(reached)", wanted: "\(wanted)",
                        figures: [.lagBytes: Double(wanted) - Double(reached)]))
                return .behind
            }
            // The new primary has carried out everything up to the offset, and nothing was written after that. So what
            // it says about refused commands is final.
            guard round == .last else { return .reached }
            if let refusals, let violation = try refusals.violation(replies[2]) {
                refusal = violation
                return .refused
            }
            successor = try to.value(of: replies[1], to: Self.server) { try ServerLife(Info($0)) }
            return .reached
        } catch {
            seen = error.what
            guard error.isTransient else {
                refusal = error
                return .refused
            }
            return .unanswered
        }
    }

    private static let replication: Command = ["INFO", "replication"]
    private static let server: Command = ["INFO", "server"]

    /// Commands that the new primary received but refused count in its offset, too. So the last round also asks what it
    /// has refused.
    private func questions(_ round: CutoverStateMachine.Round) -> [Command] {
        [Self.replication] + (round == .last ? [Self.server, refusals?.question].compactMap(\.self) : [])
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
        // If no reply comes, enough of the pause must be left to swap the roles.
        let timeout = min(.seconds(1), pause.remaining / 2)
        return await attempt { try await leader.sentinel.failOver(sentinels.primaryName, timeout: timeout) }
    }

    /// Shuts the old primary down. A server with save points saves its data first, which takes time. No reply is
    /// expected: a server that has shut down sends none.
    mutating func shutDown() async -> Event {
        promotion = Stopwatch(cutover.context.clock)
        return await attempt { [from] in try await from.attempt([["SHUTDOWN"]], timeout: .seconds(60)) }
    }

    mutating func promote() async -> Event {
        if promotion == nil { promotion = Stopwatch(cutover.context.clock) }
        // If writes are held back, the command must not arrive after the pause has ended, so it gets no more time than
        // that.
        let timeout = pause.hasBegun ? max(pause.remaining, .milliseconds(100)) : .seconds(30)
        do {
            let answers = try await to.attempt(
                cutover.promotion, thenAsk: [Self.replication, Self.server], timeout: timeout)
            guard let answers, isSuccessor(answers[1]) else { return .unanswered }
            return (try? ReplicationInfo(answers[0]))?.role == .primary ? sawPrimary() : .unanswered
        } catch {
            refusal = error
            return await refusedToPromote()
        }
    }

    /// Finds out what a refusal means if `promotion` has several commands, any of which may have been refused. If the
    /// server is a primary that accepts writes, it is promoted, whatever it refused. If it still refuses writes,
    /// nothing was promoted, and the old primary may accept them again.
    private mutating func refusedToPromote() async -> Event {
        guard cutover.reopening != nil else { return .refused }
        do {
            guard try await to.replication(timeout: .seconds(2)).role == .primary,
                try await !Fence(primary: to).isClosed()
            else { return .refused }
            return sawPrimary()
        } catch {
            return .unanswered
        }
    }

    mutating func readRole() async -> Event {
        let answers = try? await to.replies(to: [Self.replication, Self.server], timeout: .seconds(2))
        let replication = answers.flatMap { try? ReplicationInfo($0[0]) }
        isSuccessorSilent = replication == nil
        guard let replication, let answers, isSuccessor(answers[1]) else { return .unanswered }
        if replication.role == .primary { return sawPrimary() }
        cutover.context.report(Progress("\(to.name) to become primary", now: "replica", wanted: "primary"))
        return .isReplica
    }

    /// Whether the process that answers is still the one that had every write. Another one is as good as none: what it
    /// says of its role is no sign that the promotion was carried out.
    /// - Parameter server: the answer to `INFO server`.
    private mutating func isSuccessor(_ server: RESPValue) -> Bool {
        guard let successor else { return true }
        guard let now = try? ServerLife(Info(server)) else { return false }
        isSuccessorReplaced = !now.continues(successor)
        return !isSuccessorReplaced
    }

    private mutating func sawPrimary() -> Event {
        isSuccessorSilent = false
        if let promotion, memory.measurements.promotion == nil {
            memory.measurements.promotion = promotion.elapsed.seconds
        }
        return .isPrimary
    }
}

/// The actions after the promotion: clients move to the new primary, and the old one comes to rest.
extension CutoverDriver {
    /// Demotes the old primary. If this fails, `bringToRest` tries again after the Sentinels have learned of the
    /// promotion.
    mutating func demote() async -> Event {
        // From here on the old primary follows the new one, and a new one that is started again comes back with what the
        // old one had.
        successor = nil
        if promotion == nil {
            // This run resumes an earlier one, which may have died before it set the credentials.
            try? await cutover.prepareToFollow(memory)
        }
        let begun = Stopwatch(cutover.context.clock)
        async let demoted = cutover.demoted()
        // Before clients are sent there: a target whose file says 'replicaof' would follow the stale source again if it
        // were started again.
        async let kept: Void = cutover.keepRoleOfSuccessor()
        // Counting takes time. With `announce` it is done while the Sentinels are told, so that clients wait no longer
        // for it.
        if machine.method != .announce { await countWrites() }
        await kept
        switch await demoted {
        case .success:
            if promotion != nil, demotion == nil { demotion = begun }
            return .done
        case .failure(let failure):
            refusal = failure
            return .refused
        }
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
        measureNaming()
        reportNaming()
        return .sentinels(
            .init(
                named: portion(of: view.named, view), shown: portion(of: view.shown, view),
                isBusy: view.isBusy, allAnswer: view.silent.isEmpty,
                isLeaderSilent: leader.map { view.silent.contains("\($0.sentinel.endpoint)") } ?? false))
    }

    private mutating func measureNaming() {
        guard let promotion else { return }
        for name in view.naming where memory.measurements.switched[name] == nil {
            memory.measurements.switched[name] = promotion.elapsed.seconds
        }
        let answering = view.total - view.silent.count
        guard answering > 0 else { return }
        if view.named == answering, memory.measurements.announcement == nil {
            memory.measurements.announcement = promotion.elapsed.seconds
        }
        if view.shown == answering, memory.measurements.slowestClients == nil {
            memory.measurements.slowestClients = (pause.hasBegun ? pause.elapsed : promotion.elapsed).seconds
        }
    }

    private func portion(
        of count: Int, _ view: Sentinels.View
    ) -> CutoverStateMachine.SentinelsSeen.Portion {
        count == 0 ? .none : count == view.total - view.silent.count ? .all : .some
    }

    private func reportNaming() {
        guard !view.allShowIt else { return }
        let (what, count) =
            view.allNameIt ? ("to end their failover", view.shown) : ("to name \(to.endpoint)", view.named)
        let silence = isSuccessorSilent ? "; \(to.name) does not answer" : ""
        cutover.context.report(
            Progress("the Sentinels \(what)", now: "\(count) of \(view.total)\(silence)", wanted: "all"))
    }

    mutating func askSentinelAgain() async -> Event {
        guard let sentinels = cutover.sentinels else { return .refused }
        let role = await readRole()
        guard role == .isPrimary else { return role }
        if machine.method == .announce {
            announcement = await PrimaryAnnouncement.write(
                sentinels, primary: to, isToAll: cutover.reopening != nil)
            await announcement?.send()
            view = await sentinels.view(of: to)
        }
        await sentinels.failOverAgain(view)
        return .done
    }

    /// A Sentinel ends its failover within a tick or two of its timer, of 50 to 100 ms each. Writes are still held back,
    /// so if it takes longer, they wait no longer for it than half of the pause.
    mutating func endFailover() async -> Event {
        guard let timeouts = cutover.failoverTimeouts, let prior = memory.failoverTimeouts else { return .refused }
        let isHeld = await pause.renew()
        let limit = isHeld ? min(.milliseconds(300), pause.remaining / 2) : .milliseconds(300)
        return await timeouts.endFailovers(view.heldUp, prior, within: limit) ? .done : .refused
    }

    /// If the release fails it is done when the old primary comes to rest.
    mutating func releaseClients() async -> Event {
        if pause.hasBegun, memory.measurements.pause == nil { memory.measurements.pause = pause.held.seconds }
        let event = await attempt { [cutover] in try await cutover.release.run() }
        if let demotion, memory.measurements.refusing == nil {
            memory.measurements.refusing = demotion.elapsed.seconds
        }
        return event
    }

    /// Clients are released once more: some may have been on their way to the old primary.
    mutating func bringToRest() async -> Event {
        let event = await attempt { [cutover, memory] in try await cutover.releaseLast(memory) }
        guard event == .done else { return event }
        memory.isReleased = true
        return await attempt { [cutover, memory] in
            try await cutover.record(memory)
            try await cutover.bringToRest(memory)
        }
    }

    /// Counts the writes of the new primary. A Sentinel that promotes a server closes all connections to it, including
    /// planrun's, so if the question fails, it is asked once more on a new connection.
    private mutating func countWrites() async {
        guard memory.measurements.writesAtPromotion == nil else { return }
        if counter == nil { counter = try? await WriteCounter(to) }
        var calls = try? await counter?.calls()
        if calls == nil { calls = try? await counter?.calls() }
        memory.measurements.writesAtPromotion = calls
    }
}
