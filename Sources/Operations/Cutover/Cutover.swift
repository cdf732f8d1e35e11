import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Hands the role of primary from one server to another without losing an acknowledged write.
///
/// This type does everything that can be done before clients have to wait. What comes then is decided by
/// `CutoverStateMachine` and carried out by `CutoverDriver`. Until the promotion is asked for, everything can be
/// undone. From then on the servers may complete the handover even without planrun.
struct Cutover: Sendable {
    /// - Parameters:
    ///   - from: which server of the plan is the old primary.
    ///   - to: which server of the plan is the new primary.
    static func rights(from: Rights.Place, to: Rights.Place, _ plan: Plan) -> Rights {
        Rights(
            at: [from],
            Fence.rights + WritePause.rights + ClientRelease.rights + ReplicationCredentials.rights + [.replicaOf])
            + Rights(at: [to], [.replicaOf] + WriteCounter.rights) + WriteProbe.rights
            + OtherReplicas.rights + Sentinels.failoverRights(plan) + FailoverTimeouts.rights(plan)
    }

    private(set) var servers: Servers
    /// The old primary and the new one.
    private(set) var from: Server
    private(set) var to: Server
    let method: FailoverStep.Method
    let writePause: Duration
    /// Whether the new primary must have every write of the old one before it is promoted. `false` only for a return
    /// that gives up writes.
    var drains = true
    /// Commands that make the new primary accept writes again. Set only for a return to a source that stands alone,
    /// refuses writes and was forgotten by the Sentinels.
    var reopening: [Command]?
    /// Whether the new primary has to be promoted in any case, because nobody else would.
    var isBound = false
    let context: StepContext
    /// Writes the memory to the state file. It returns when the file is on disk.
    let record: @Sendable (CutoverMemory) async throws -> Void

    /// Whether the roles go back to where they were before the cutover.
    var isReturn: Bool { to.part == .source }
    var fence: Fence { Fence(primary: from) }
    var release: ClientRelease {
        ClientRelease(
            server: from, engine: from.part == .source ? servers.plan.source.engine : servers.plan.target.engine)
    }
    var sentinels: Sentinels? { Sentinels(servers) }
    var failoverTimeouts: FailoverTimeouts? { sentinels.map { FailoverTimeouts(sentinels: $0) } }
    var others: OtherReplicas { OtherReplicas(servers: servers, primary: from, successor: to) }

    /// The commands that promote the new primary.
    var promotion: [Command] { [["REPLICAOF", "NO", "ONE"]] + (reopening ?? []) }

    /// The state that must be recorded before anything is changed.
    /// - Parameter isRefused: whether the new primary shall refuse the old one, which could not follow it.
    func prior(isRefused: Bool = false) async throws -> CutoverMemory {
        CutoverMemory(
            fence: try await fence.prior(), isRefused: isRefused,
            credentials: try await credentials(isRefused).prior(on: from), replicas: try await others.prior())
    }

    /// How the old primary will log in at the new one.
    private func credentials(_ isRefused: Bool?) -> ReplicationCredentials {
        isRefused == true ? .refused : ReplicationCredentials(toFollow: to)
    }

    /// Gives the old primary the credentials with which it follows the new one, or is refused by it.
    func prepareToFollow(_ memory: CutoverMemory) async throws(StepFailure) {
        try await credentials(memory.isRefused).apply(to: from)
    }

    /// Does the whole handover, starting from a state in which nothing was promoted.
    /// - Returns: what was recorded and measured; `nil` if the Sentinels had already promoted the new primary by themselves
    ///   before this handover told the old one to refuse writes.
    func run(_ prior: CutoverMemory) async throws -> CutoverMemory? {
        try await servers.withoutLookups(needsAll: true) { try await between($0).handOver(prior) }
    }

    private func between(_ servers: Servers) -> Cutover {
        var cutover = self
        cutover.servers = servers
        (cutover.from, cutover.to) =
            from.part == .source ? (servers.source, servers.target) : (servers.target, servers.source)
        return cutover
    }

    private func handOver(_ prior: CutoverMemory) async throws -> CutoverMemory? {
        var memory = prior
        memory.phase = .fencing
        memory.measurements = CutoverMeasurements()
        // Replicas that are detached are forgotten before, and those that are left to the Sentinels move as these like.
        if !memory.replicas.isEmpty, memory.otherReplicas ?? .follow == .follow {
            memory.failoverTimeouts = await failoverTimeouts?.prior(memory.failoverTimeouts)
        }
        try await prepareToFollow(memory)
        try await writeFiles(&memory)
        try await others.exclude(memory.replicas, memory.otherReplicas, context)
        if to.part == .target {
            let original = try RunBaseline.recorded(servers.plan, context)?.targetPriority
            // A target that was started again since it was in sync has the priority of its file.
            try await Candidacy(servers, original: original)?.grant()
        }
        let counter = try? await WriteCounter(to)
        if method != .promote, reopening == nil, let sentinels {
            guard try await sentinels.waitUntilElectable(to, context) else { return nil }
        }
        await sentinels?.recogniseAll(from, to)
        let choice = await choice()
        memory.measurements.method = choice.method
        memory.measurements.reason = choice.reason
        let refusals = to.part == .target ? try await refusals() : nil
        let limits = await limits()
        return try await probed { [memory] probe in
            // It writes already when the moment is chosen, which must not pass by while the probe connects.
            await probe?.seeFirstWrite()
            var memory = memory
            let leader = try await leader(memory)
            memory.measurements.leader = leader?.sentinel.endpoint.description
            memory.measurements.isAligned = leader?.isAligned
            // The conditions are checked here for the last time. After this, clients wait.
            try await checkConditions()
            let driver = CutoverDriver(
                self, choice, memory, leader: leader, counter: counter, refusals: refusals, limits: limits)
            return try await shielded(driver, probe) { $0.begin() }
        }
    }

    /// Tries whether both servers can write their configuration files, before anything else is changed: what is changed
    /// later has to hold when they are started again.
    private func writeFiles(_ memory: inout CutoverMemory) async throws {
        memory.files = [:]
        try await record(memory)
        for server in [from, to] { memory.files?[server.part.rawValue] = try await server.writeConfigurationFile() }
        try await record(memory)
        guard to.part == .target, let obstacle = memory.files?[to.part.rawValue]?.refusal,
            try RunBaseline.recorded(servers.plan, context)?.targetFollowed == true,
            servers.plan.severity(of: FollowsAgainCheck.declaration) == .fail, servers.plan.target.engine != .dragonfly
        else { return }
        throw StepFailure(
            code: .check(FollowsAgainCheck.declaration),
            what: "\(to.name) followed before the run, and cannot write its configuration file: \(obstacle)",
            place: [to.name],
            world: ["nothing was promoted; \(from.endpoint) takes writes"],
            help: [
                "started again after the cutover it would follow \(from.endpoint) if its file says so, and lose what was written: make the file and its folder writable for it",
                "if no 'replicaof' stands there: 'preflight: { \(FollowsAgainCheck.declaration.id): warn }'",
            ])
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

    /// Checks the conditions, unless this is a return: they are about the way from the source to the target.
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

    /// How long it will take from now until a Sentinel is asked for its failover, estimated by measuring the parts: one
    /// check of the conditions, five questions to the old primary, two to the new one, and one write of the state file.
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

    /// Completes a handover whose new primary was promoted or is about to be. However far the earlier run came, the
    /// servers end in the same state.
    @discardableResult
    func resume(_ memory: CutoverMemory) async throws -> CutoverMemory {
        // If the source is gone, its host name may be gone too, so a look-up may fail here.
        try await servers.withoutLookups(needsAll: false) { try await between($0).goForward(memory) }
    }

    private func goForward(_ memory: CutoverMemory) async throws -> CutoverMemory {
        let isBound =
            if isBound || method == .promote { true } else { (try? await from.replication())?.upstream != nil }
        let driver = try await driver(memory)
        return try await probed { try await shielded(driver, $0) { $0.goOn(isBound: isBound) } }
    }

    /// Releases clients and brings the old primary to rest, where nothing else is left to do.
    @discardableResult
    func settle(_ memory: CutoverMemory) async throws -> CutoverMemory {
        try await servers.withoutLookups(needsAll: false) {
            let cutover = between($0)
            let driver = try await cutover.driver(memory)
            return try await cutover.probed { try await cutover.shielded(driver, $0) { $0.settle() } }
        }
    }

    private func driver(_ memory: CutoverMemory) async throws -> CutoverDriver {
        await sentinels?.recogniseAll(from, to)
        return CutoverDriver(self, await choice(), memory, leader: nil, counter: nil, limits: await limits())
    }

    /// Runs the driver in a task that is not cancelled, since a handover must not stop halfway. The driver ends by
    /// itself, because the pause and all its timers are limited.
    private func shielded(
        _ driver: CutoverDriver, _ probe: WriteProbe?,
        _ begin: @escaping @Sendable (inout CutoverStateMachine) -> CutoverStateMachine.Action
    ) async throws -> CutoverMemory {
        await probe?.handoverBegins()
        return try await KnownAddresses.$asksNobody.withValue(true) {
            try await Task {
                var driver = driver
                try await driver.run(begin)
                return driver.memory
            }.value
        }
    }

    /// Lets a probe write while a handover goes on, and records what it saw.
    private func probed(_ handover: (WriteProbe?) async throws -> CutoverMemory) async throws -> CutoverMemory {
        var (memory, sight) = try await WriteProbe.run(servers, until: to, body: handover)
        guard let sight else { return memory }
        memory.measurements.saw(sight.gap, sight.writes)
        // A later return counts the applications' writes since the promotion. The probe's writes are no loss, so they
        // are added to the count at the promotion.
        if let counted = memory.measurements.writesAtPromotion {
            memory.measurements.writesAtPromotion = counted + sight.writesOnSuccessor
        }
        try await record(memory)
        return memory
    }

    func limits() async -> CutoverLimits {
        await sentinels?.limits()
            ?? CutoverLimits(pause: .seconds(60), promotion: .seconds(20), announcement: .seconds(30))
    }

    /// Makes the old primary follow the new one, even after a restart (`CONFIG REWRITE`).
    func demote() async throws(StepFailure) {
        let command = Command.replicaOf(to.endpoint)
        let replies = try await from.replies(to: [command, Fence.rewrite], timeout: .seconds(5))
        if case .error(let error) = replies[0] { throw from.refusal(of: command, error) }
    }

    /// Makes the new primary one, too, if it is started again. That it cannot was told before the promotion.
    func keepRoleOfSuccessor() async {
        _ = try? await to.replies(to: [Fence.rewrite], timeout: .seconds(5))
    }

    /// `demote`, but with the error as a value, so that it can run as an `async let` beside other questions.
    func demoted() async -> Result<Void, StepFailure> {
        do throws(StepFailure) {
            return .success(try await demote())
        } catch {
            return .failure(error)
        }
    }

    /// Releases clients from an old primary that takes no writes any more.
    func releaseLast(_ memory: CutoverMemory) async throws(StepFailure) {
        try await settling(memory) { () throws(StepFailure) in
            if try await from.replication().role == .primary, try await !fence.isClosed() { try await demote() }
            try await release.run()
        }
    }

    /// Brings the old primary to rest: it follows the new one, has its former write rule again, and no Sentinel can
    /// promote it. An old primary that is closed to writes and stands alone is at rest already.
    func bringToRest(_ memory: CutoverMemory) async throws(StepFailure) {
        try await settling(memory) { () throws(StepFailure) in
            if try await !fence.isClosed() { try await fence.bringToRest(memory.fence) }
        }
    }

    /// Does something with an old primary whose successor takes writes. One that was shut down needs nothing any more.
    func settling(_ memory: CutoverMemory, _ body: () async throws(StepFailure) -> Void) async throws(StepFailure) {
        do {
            try await body()
        } catch {
            if memory.isShutDown, error.isTransient { return }
            throw notAtRest(error, memory)
        }
    }

    /// Undoes what this handover changed on the old primary. Allowed only if nothing was promoted.
    func unfence(_ memory: CutoverMemory) async throws(StepFailure) {
        try await fence.lower(to: memory.fence, first: [["CLIENT", "UNPAUSE"]])
        try await ReplicationCredentials.restore(memory.credentials, on: from)
        _ = try await from.writeConfigurationFile()
    }
}
