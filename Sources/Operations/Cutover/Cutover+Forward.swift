import Execution
import PlanModel
import RESP
import RedisTopology

/// What follows the promotion: the Sentinels take note, clients move, the old primary comes to rest.
extension Cutover {
    /// Goes on from a world in which the new primary was promoted, however far it came; ends in the same world each time.
    func resume(_ memory: CutoverMemory) async throws {
        try await Task {
            var pause = WritePause(on: from, length: .zero, longest: .zero, clock: context.clock)
            if method == .promote, try await to.replication().role == .replica {
                try await to.ask(["REPLICAOF", "NO", "ONE"], timeout: .seconds(30))
            }
            if let replication = try? await from.replication(), replication.role == .primary {
                try await ReplicationCredentials(toFollow: to).apply(to: from)
                try? await demote()
            }
            var memory = memory
            if memory.measurements.writesAtPromotion == nil {
                memory.measurements.writesAtPromotion = try? await WriteCounter(to).calls()
            }
            try await goForward(memory, &pause, limits())
        }.value
    }

    func goForward(_ promoted: CutoverMemory, _ pause: inout WritePause, _ limits: CutoverLimits) async throws {
        var memory = promoted
        if let sentinels {
            try await waitForSentinels(sentinels, &memory, &pause, limits.announcement)
        } else {
            await releaseClients(&memory, pause)
        }
        try await record(memory)
        try await settle(memory)
    }

    private func waitForSentinels(
        _ sentinels: Sentinels, _ memory: inout CutoverMemory, _ pause: inout WritePause, _ limit: Duration
    ) async throws {
        let watch = Stopwatch(context.clock)
        var asked = Duration.zero
        var isReleased = false
        while true {
            let view = await sentinels.view(of: to)
            if view.allNameIt || !pause.isCertain, !isReleased {
                memory.measurements.announcement = watch.elapsed.seconds
                await releaseClients(&memory, pause)
                isReleased = true
            }
            if view.allShowIt { return }
            context.report(
                Progress("the Sentinels to name \(to.endpoint)", now: "\(view.named) of \(view.total)", wanted: "all"))
            if !isReleased, !view.allNameIt { _ = await pause.renew() }
            // The first failover is given the time it normally takes.
            if watch.elapsed - asked > .seconds(5) {
                await sentinels.failOverAgainIfIdle(to: to)
                asked = watch.elapsed
            }
            // Past the critical part: a person who wants to stop may, and resume goes on from here.
            if isReleased, context.isDraining { throw CancellationError() }
            guard watch.elapsed < limit else { throw notAnnounced(view, after: limit) }
            // Nobody waits any more once the clients are released.
            try? await context.clock.sleep(for: .milliseconds(isReleased ? 100 : 10))
        }
    }

    /// Ends the pause on the old primary together with its connections: who waits there asks Sentinel again instead of
    /// reading an error.
    private func releaseClients(_ memory: inout CutoverMemory, _ pause: WritePause) async {
        if pause.hasBegun { memory.measurements.pause = pause.elapsed.seconds }
        let commands: [Command] = [
            ["MULTI"], ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], ["CLIENT", "UNPAUSE"], ["EXEC"],
        ]
        let replies = try? await from.replies(to: commands, timeout: .seconds(5))
        if case .error? = replies?.last {
            // Dragonfly kills by address only and discards the transaction.
            _ = try? await from.replies(to: [["CLIENT", "UNPAUSE"]], timeout: .seconds(5))
        }
    }

    /// Brings the old primary to rest: it follows, has its own write rule again, and stays out of Sentinel's choice.
    func settle(_ memory: CutoverMemory) async throws(StepFailure) {
        do {
            if try await from.replication().role == .primary { try await demote() }
            try await fence.send(fence.restingCommands(memory.fence))
        } catch {
            // One that was shut down has nothing to settle.
            if method == .shutdown, error.isTransient { return }
            throw notSettled(error)
        }
    }

    /// Takes back what was changed while nothing was promoted.
    func unfence(_ memory: CutoverMemory) async throws(StepFailure) {
        try await fence.send([["CLIENT", "UNPAUSE"]] + fence.allCommands(memory.fence))
        try await ReplicationCredentials.restore(memory.credentials, on: from)
    }
}
