import Execution
import PlanModel
import RESP
import RedisTopology

/// Hands the role of primary from one server to another without losing an acknowledged write.
///
/// The order is what keeps the promise. Both fences are up before anything else; the new primary has every byte before
/// Sentinel is asked; and the roles are swapped by us the moment Sentinel has agreed, before it acts, so that at no time
/// two servers acknowledge writes. Until `SENTINEL FAILOVER` is accepted nothing has happened; after it Sentinel goes on
/// without us.
struct Cutover: Sendable {
    /// The primary until now, and the one that shall be.
    let from: Server
    let to: Server
    let sentinels: Sentinels?
    let method: FailoverStep.Method
    let writePause: Duration
    /// Whether the new primary has to have every write of the old one. Only a return that gives writes up does without.
    var drains = true
    let context: StepContext
    /// Writes the memory to the state file; returns once it is on disk.
    let record: @Sendable (CutoverMemory) async throws -> Void

    var fence: Fence { Fence(primary: from) }

    /// What has to be recorded before anything is changed.
    func prior() async throws -> CutoverMemory {
        CutoverMemory(
            fence: try await fence.prior(),
            credentials: try await ReplicationCredentials(toFollow: to).prior(on: from))
    }

    /// The whole handover, from a world in which nothing was promoted.
    func run(_ memory: CutoverMemory) async throws {
        var memory = memory
        memory.phase = .fencing
        memory.measurements = CutoverMeasurements()
        try await ReplicationCredentials(toFollow: to).apply(to: from)
        let counter = try? await WriteCounter(to)
        let leader = try await chooseLeader()
        memory.measurements.leader = leader?.sentinel.endpoint.description
        memory.measurements.isAligned = leader?.isAligned
        // From here a cancellation must not stop us half way: the section ends by itself, by the pause and its own limits.
        let prepared = memory
        try await Task { try await criticalSection(prepared, leader, counter) }.value
    }

    private func chooseLeader() async throws -> Sentinels.Leader? {
        switch method {
        case .promote: return nil
        case .shutdown:
            try await sentinels?.waitUntilElectable(to, context)
            return nil
        case .sentinel:
            try await sentinels?.waitUntilElectable(to, context)
            return try await sentinels?.align(to, context)
        }
    }

    private func criticalSection(
        _ prepared: CutoverMemory, _ leader: Sentinels.Leader?, _ counter: WriteCounter?
    ) async throws {
        var memory = prepared
        let longest = await sentinels?.longestPause() ?? writePause * 2
        try await fence.raise(over: memory.fence)
        var pause = WritePause(on: from, length: writePause, longest: longest, clock: context.clock)
        do {
            let offset = try await pause.begin()
            if drains { memory.measurements.drain = try await drain(to: offset, pause).seconds }
            try await agree(&pause, &memory, leader)
        } catch let failure as StepFailure {
            throw await lift(pause, memory, failure)
        }
        memory.measurements.promotion = try await swap(&pause).seconds
        memory.measurements.writesAtPromotion = try? await counter?.calls()
        try await goForward(memory, &pause)
    }

    /// Waits until the new primary has every byte the old one has; writes are held back meanwhile.
    private func drain(to offset: Int64?, _ pause: WritePause) async throws(StepFailure) -> Duration {
        guard let offset else {
            throw StepFailure(
                code: "offset-unknown", what: "\(from.name) does not tell its replication offset", place: [from.name])
        }
        while true {
            let upstream = try await upstream(within: pause)
            let reached = upstream?.offset ?? 0
            if let upstream, upstream.isLinkUp, reached >= offset { return pause.elapsed }
            context.report(
                Progress("\(to.name) to reach the offset of \(from.name)", now: "\(reached)", wanted: "\(offset)"))
            guard pause.isCertain, upstream != nil else { throw notCaughtUp("offset \(reached) of \(offset)") }
            // One question at a time, and room to answer it: a busy Dragonfly is slow to answer INFO.
            try? await context.clock.sleep(for: .milliseconds(2))
        }
    }

    /// What the new primary says about its link; one that does not answer as long as writes are held back is not waited for.
    private func upstream(within pause: WritePause) async throws(StepFailure) -> Upstream? {
        do {
            return try await to.replication(timeout: max(.milliseconds(100), pause.remaining)).upstream
        } catch {
            guard error.isTransient else { throw error }
            throw notCaughtUp(error.what)
        }
    }

    /// The last moment at which nothing has happened: records the intent and asks the Sentinel for its agreement.
    private func agree(
        _ pause: inout WritePause, _ memory: inout CutoverMemory, _ leader: Sentinels.Leader?
    ) async throws {
        memory.phase = .promoting
        memory.promotingSince = WallClock.now()
        try await record(memory)
        guard await pause.renew() else {
            throw StepFailure(
                code: "pause-ended", what: "the write pause ended before the promotion could begin",
                place: [from.name], isTransient: true)
        }
        if let leader, let sentinels { try await leader.sentinel.failOver(sentinels.primaryName) }
    }

    /// Exchanges the roles, the new primary first.
    private func swap(_ pause: inout WritePause) async throws -> Duration {
        let watch = Stopwatch(context.clock)
        switch method {
        case .shutdown:
            // As the server is configured: it saves if it has save points. A server that is gone sends no reply.
            _ = try? await from.replies(to: [["SHUTDOWN"]], timeout: .seconds(60))
        case .sentinel, .promote:
            // Sentinel, which has agreed, would need some 200 ms; should this fail, it does the same in a moment.
            _ = try? await to.replies(to: [["REPLICAOF", "NO", "ONE"]], timeout: .seconds(5))
        }
        try await waitForPromotion(&pause, watch)
        let promotion = watch.elapsed
        if method != .shutdown { await demote() }
        return promotion
    }

    private func waitForPromotion(_ pause: inout WritePause, _ watch: Stopwatch) async throws(StepFailure) {
        let limit = await sentinels?.promotionLimit() ?? .seconds(10)
        while true {
            if let replication = try? await to.replication(), replication.role == .primary { return }
            if method != .shutdown { _ = await pause.renew() }
            context.report(Progress("\(to.name) to become primary", now: "replica", wanted: "primary"))
            guard watch.elapsed < limit else { throw notPromoted(after: limit) }
            try? await context.clock.sleep(for: .milliseconds(20))
        }
    }

    /// Makes the old primary follow the new one. A server that is gone by now cannot acknowledge anything either.
    func demote() async {
        let command: Command = ["REPLICAOF", to.endpoint.host, String(to.endpoint.port)]
        _ = try? await from.replies(to: [command], timeout: .seconds(5))
    }
}
