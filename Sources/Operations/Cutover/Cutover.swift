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
    /// - Returns: `false` where another hand promoted the new primary before ours had changed anything.
    func run(_ memory: CutoverMemory) async throws -> Bool {
        var memory = memory
        memory.phase = .fencing
        memory.measurements = CutoverMeasurements()
        try await ReplicationCredentials(toFollow: to).apply(to: from)
        let counter = try? await WriteCounter(to)
        // Whatever can be asked beforehand is not asked while writes are held back.
        let limits = await limits()
        if method != .promote, let sentinels {
            guard try await sentinels.waitUntilElectable(to, context) else { return false }
        }
        let leader = method == .sentinel ? try await sentinels?.align(to, context) : nil
        memory.measurements.leader = leader?.sentinel.endpoint.description
        memory.measurements.isAligned = leader?.isAligned
        // From here a cancellation must not stop us half way: the section ends by itself, by the pause and its own limits.
        let prepared = memory
        try await Task { try await criticalSection(prepared, leader, counter, limits) }.value
        return true
    }

    func limits() async -> CutoverLimits {
        await sentinels?.limits()
            ?? CutoverLimits(pause: writePause * 2, promotion: .seconds(10), announcement: .zero)
    }

    private func criticalSection(
        _ prepared: CutoverMemory, _ leader: Sentinels.Leader?, _ counter: WriteCounter?, _ limits: CutoverLimits
    ) async throws {
        var memory = prepared
        var pause = WritePause(on: from, length: writePause, longest: limits.pause, clock: context.clock)
        do {
            try await fence.raise(over: memory.fence, needsReplica: drains)
            try await drain(&pause)
            memory.measurements.drain = pause.elapsed.seconds
            memory.phase = .promoting
            memory.promotingSince = WallClock.now()
            try await record(memory)
            // Once more: the record took its time, and somebody may have ended the pause or restarted the server.
            try await drain(&pause)
            try await begin(pause, leader)
        } catch {
            throw await stepBack(pause, memory, error)
        }
        memory.measurements.promotion = try await swap(&pause, limits).seconds
        memory.measurements.writesAtPromotion = await calls(counter)
        try await goForward(memory, &pause, limits)
    }

    /// The last moment at which nothing has happened.
    /// - Throws: `StepFailure` where nothing has happened and nothing will.
    private func begin(_ pause: WritePause, _ leader: Sentinels.Leader?) async throws(StepFailure) {
        guard pause.isCertain else { throw pause.ended() }
        switch method {
        case .sentinel:
            guard let leader, let sentinels else { return }
            // A reply that is lost must leave enough of the pause for the swap.
            try await leader.sentinel.failOver(
                sentinels.primaryName, timeout: min(.seconds(1), pause.remaining / 2))
        case .promote: try await to.attempt(["REPLICAOF", "NO", "ONE"], timeout: pause.remaining)
        case .shutdown:
            // As the server is configured: it saves if it has save points. A server that is gone sends no reply.
            try await from.attempt(["SHUTDOWN"], timeout: .seconds(60))
        }
    }

    /// Exchanges the roles, the new primary first.
    private func swap(_ pause: inout WritePause, _ limits: CutoverLimits) async throws -> Duration {
        let watch = Stopwatch(context.clock)
        if method == .sentinel {
            // Sentinel goes on in any case. Were we held up so long that writes got through, the new primary gets them first.
            if !pause.isCertain { try? await drain(&pause) }
            // Sentinel would need some 200 ms; should this fail, it does the same in a moment.
            _ = try? await to.replies(to: [["REPLICAOF", "NO", "ONE"]], timeout: .seconds(2))
        }
        try await waitForPromotion(&pause, watch, limits.promotion)
        let promotion = watch.elapsed
        // Should this fail, it is tried again once the Sentinels have taken note.
        if method != .shutdown { try? await demote() }
        return promotion
    }

    /// Makes the old primary follow the new one.
    func demote() async throws(StepFailure) {
        try await from.ask(["REPLICAOF", to.endpoint.host, String(to.endpoint.port)], timeout: .seconds(5))
    }

    /// Sentinel kills the connections of the server that it promotes, ours as well: the second question has a new one.
    private func calls(_ counter: WriteCounter?) async -> Int64? {
        if let calls = try? await counter?.calls() { return calls }
        return try? await counter?.calls()
    }
}
