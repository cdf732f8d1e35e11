import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Hands the role of primary from one server to another without losing an acknowledged write.
///
/// This type does what can be done before clients have to wait. What follows is decided by `CutoverStateMachine` and
/// carried out by `CutoverDriver`. Until the promotion is asked for, everything can be taken back; after it the servers
/// may go on without planrun.
struct Cutover: Sendable {
    /// - Parameters:
    ///   - from: where the old primary is.
    ///   - to: where the new primary is.
    static func rights(from: Rights.Place, to: Rights.Place, _ plan: Plan) -> Rights {
        Rights(at: [from], Fence.rights + WritePause.rights + ReplicationCredentials.rights + [.replicaOf])
            + Rights(at: [to], [.replicaOf] + WriteCounter.rights) + WriteProbe.rights
            + OtherReplicas.rights + Sentinels.failoverRights(plan)
    }

    private(set) var servers: Servers
    /// The old primary and the new one.
    private(set) var from: Server
    private(set) var to: Server
    let method: FailoverStep.Method
    let writePause: Duration
    /// Whether the new primary must have every write of the old one before it is promoted. Only a return that gives
    /// writes up does without.
    var drains = true
    /// Commands that let the new primary take writes again. Set only for a return to a source that stands alone, is
    /// closed to writes and was forgotten by the Sentinels.
    var reopening: [Command]?
    let context: StepContext
    /// Writes the memory to the state file; returns once it is on disk.
    let record: @Sendable (CutoverMemory) async throws -> Void

    var fence: Fence { Fence(primary: from) }
    var sentinels: Sentinels? { Sentinels(servers) }
    var others: OtherReplicas { OtherReplicas(servers: servers, primary: from, successor: to) }

    /// The commands that promote the new primary.
    var promotion: [Command] { [["REPLICAOF", "NO", "ONE"]] + (reopening ?? []) }

    /// What has to be recorded before anything is changed.
    func prior() async throws -> CutoverMemory {
        CutoverMemory(
            fence: try await fence.prior(),
            credentials: try await ReplicationCredentials(toFollow: to).prior(on: from),
            replicas: try await others.prior())
    }

    /// Does the whole handover, from a world in which nothing was promoted.
    /// - Returns: `false` where a failover of the Sentinels promoted the new primary before this handover had raised
    ///   its fence.
    func run(_ prior: CutoverMemory) async throws -> Bool {
        try await servers.withoutLookups(needsAll: true) { try await between($0).handOver(prior) }
    }

    private func between(_ servers: Servers) -> Cutover {
        var cutover = self
        cutover.servers = servers
        (cutover.from, cutover.to) =
            from.part == .source ? (servers.source, servers.target) : (servers.target, servers.source)
        return cutover
    }

    private func handOver(_ prior: CutoverMemory) async throws -> Bool {
        var memory = prior
        memory.phase = .fencing
        memory.measurements = CutoverMeasurements()
        try await ReplicationCredentials(toFollow: to).apply(to: from)
        try await others.exclude(memory.replicas, memory.otherReplicas, context)
        let counter = try? await WriteCounter(to)
        if method != .promote, reopening == nil, let sentinels {
            guard try await sentinels.waitUntilElectable(to, context) else { return false }
        }
        await sentinels?.recogniseAll(from, to)
        let choice = await choice()
        memory.measurements.method = choice.method
        memory.measurements.reason = choice.reason
        let refusals = to.part == .target ? try await refusals() : nil
        let leader = try await leader(memory)
        memory.measurements.leader = leader?.sentinel.endpoint.description
        memory.measurements.isAligned = leader?.isAligned
        let limits = await limits()
        // The last look at the conditions: from here on clients wait.
        try await checkConditions()
        let driver = CutoverDriver(
            self, choice, memory, leader: leader, counter: counter, refusals: refusals, limits: limits)
        try await shielded(driver) { $0.begin() }
        return true
    }

    private func choice() async -> MethodChoice {
        guard reopening == nil else {
            guard let sentinels else { return MethodChoice(method: .promote, reason: nil) }
            return MethodChoice(
                method: .announce, reason: nil,
                announcement: await PrimaryAnnouncement.write(sentinels, primary: to, isToAll: true))
        }
        return await MethodChoice.make(method, sentinels, from: from, to: to)
    }

    /// Conditions are about the way from the source to the target, so a return checks none.
    private func checkConditions() async throws {
        if to.part == .target { try await Conditions.check(servers, context) }
    }

    private func refusals() async throws -> RefusalWatch? {
        try await RefusalWatch(servers, since: RunBaseline.recorded(servers.plan, context))
    }

    private func leader(_ memory: CutoverMemory) async throws -> Sentinels.Leader? {
        guard memory.measurements.method == .sentinel, let sentinels else { return nil }
        return try await sentinels.align(to, lead: try await lead(memory), context)
    }

    /// How long it will take from the fence until a Sentinel is asked for its failover. The time is estimated by
    /// measuring its parts now: one check of the conditions, five questions to the old primary, two to the new one, and
    /// a checkpoint.
    private func lead(_ memory: CutoverMemory) async throws -> Duration {
        func time(_ body: () async throws -> Void) async rethrows -> Duration {
            let watch = Stopwatch(context.clock)
            try await body()
            return watch.elapsed
        }
        let toFrom = try await time { _ = try await from.replication() }
        let toTo = try await time { _ = try await to.replication() }
        let conditions = try await time { try await checkConditions() }
        return conditions + toFrom * 5 + toTo * 2 + (try await time { try await record(memory) })
    }

    /// Goes on from a world in which the new primary was promoted, however far the earlier run came; it ends in the
    /// same world each time.
    func resume(_ memory: CutoverMemory) async throws {
        // The host name of a source that is gone may be gone, too, so not every look-up has to succeed.
        try await servers.withoutLookups(needsAll: false) { try await between($0).goForward(memory) }
    }

    private func goForward(_ memory: CutoverMemory) async throws {
        await sentinels?.recogniseAll(from, to)
        let driver = CutoverDriver(self, await choice(), memory, leader: nil, counter: nil, limits: await limits())
        let isBound =
            if method == .promote { true } else { (try? await from.replication())?.upstream != nil }
        try await shielded(driver) { $0.goOn(isBound: isBound) }
    }

    /// Runs the driver in a task that a cancellation does not reach, since it must not stop half way. The driver ends
    /// by itself, because the pause and its timers are limited.
    private func shielded(
        _ driver: CutoverDriver,
        _ begin: @escaping @Sendable (inout CutoverStateMachine) -> CutoverStateMachine.Action
    ) async throws {
        let (memory, gap, probed) = try await KnownAddresses.$asksNobody.withValue(true) {
            try await WriteProbe.watch(servers, until: to) {
                try await Task {
                    var driver = driver
                    try await driver.run(begin)
                    return driver.memory
                }.value
            }
        }
        guard let gap else { return }
        var measured = memory
        measured.measurements.writeGap = gap.seconds
        // No application made the probe's writes, so they must not count among those that a later return gives up.
        if let counted = memory.measurements.writesAtPromotion {
            measured.measurements.writesAtPromotion = counted + probed
        }
        try await record(measured)
    }

    func limits() async -> CutoverLimits {
        await sentinels?.limits()
            ?? CutoverLimits(pause: .seconds(60), promotion: .seconds(20), announcement: .seconds(30))
    }

    /// Makes the old primary follow the new one, also after a restart of the old one (`CONFIG REWRITE`).
    func demote() async throws(StepFailure) {
        let command: Command = ["REPLICAOF", to.endpoint.host, String(to.endpoint.port)]
        let replies = try await from.replies(to: [command, Fence.rewrite], timeout: .seconds(5))
        if case .error(let error) = replies[0] { throw from.refusal(of: command, error) }
    }

    /// The demotion with its outcome as a value, for an `async let` while other questions are asked.
    func demoted() async -> Result<Void, StepFailure> {
        do throws(StepFailure) {
            return .success(try await demote())
        } catch {
            return .failure(error)
        }
    }

    /// Brings the old primary to rest: it follows the new one, has the write rule of before the cutover again, and no
    /// Sentinel can promote it.
    func bringToRest(_ memory: CutoverMemory) async throws(StepFailure) {
        do {
            if try await from.replication().role == .primary { try await demote() }
            try await fence.bringToRest(memory.fence)
        } catch {
            // A server that was shut down has no settings to bring to rest.
            if memory.isShutDown, error.isTransient { return }
            throw notAtRest(error)
        }
    }

    /// Takes back what this handover changed on the old primary; only for a world in which nothing was promoted.
    func unfence(_ memory: CutoverMemory) async throws(StepFailure) {
        try await fence.lower(to: memory.fence, first: [["CLIENT", "UNPAUSE"]])
        try await ReplicationCredentials.restore(memory.credentials, on: from)
    }
}
