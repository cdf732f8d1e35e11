import Execution
import PlanModel
import RESP
import RedisTopology

/// The way back after a cutover: the same handover in the other direction makes the source the primary again.
///
/// If the source follows the target and is in sync, no write is lost. If it could not follow, the writes since the
/// cutover are given up, which a person must have agreed to. Wherever it is interrupted, it ends in one of two worlds:
/// gone back (`rollback` completes it, and so does `resume` once the source is promoted), or stayed (before that, `resume`
/// takes it back).
struct Return {
    /// Includes the rights to announce the source to Sentinels that have forgotten it.
    static func rights(_ plan: Plan) -> Rights {
        Cutover.rights(from: .target, to: .source, plan) + Rights(at: [.source], Fence.rights)
            + ReplicationCredentials.rightsOfFollowers(of: .source, plan.source)
            + (plan.sentinel == nil ? .none : PrimaryAnnouncement.rights + Sentinels.forgettingRights(plan))
    }

    let servers: Servers
    let step: FailoverStep
    let memory: FailoverMemory
    let allowance: WriteAllowance
    let context: StepContext

    /// - Returns: what the handover has measured.
    /// - Throws: `StepFailure` if the way back would give up more than was allowed, or did not reach its end.
    @discardableResult
    func run() async throws -> CutoverMeasurements {
        let isSilent = await servers.isTargetSilent()
        if isSilent, allowance == .everything { return try await runAlone() }
        if let back = memory.back {
            if !isSilent { try await waitUntilCalm(back) }
            if try await Self.isUnderWay(servers, back) { return try await finish(back) }
        }
        guard !isSilent else { throw silent() }
        let situation = try await CutoverSituation.read(servers, memory.back, isReturn: true)
        switch situation.verdict {
        case .finished, .promoted: return try await finish(try await prepared())
        case .notStarted:
            let isSynced = try await isSynced(situation)
            let back = try await prepared()
            guard let ended = try await begin(back, situation, drains: isSynced) else { throw overtaken() }
            try await restore(back)
            return ended.measurements
        case .unclear(let code, let what): throw await unclear(code, what)
        }
    }

    /// A Sentinel that an earlier planrun has asked may promote the source at any moment. What is asked before that and what
    /// is asked after it would not fit together.
    private func waitUntilCalm(_ back: CutoverMemory) async throws {
        guard back.phase == .promoting, let sentinels = Sentinels(servers) else { return }
        try await sentinels.waitUntilCalm(upTo: sentinels.limits().promotion, context)
    }

    /// Whether the source has, or is about to have, every write.
    /// - Throws: `StepFailure` if it has not and nobody has agreed to that, or if it holds only a part of the data.
    private func isSynced(_ situation: CutoverSituation) async throws -> Bool {
        let source = try await servers.source.replication()
        let isSynced = situation.to != .closed && SyncState(source).isSynced
        guard isSynced || mayLose && source.upstream?.isSyncing != true else {
            throw doesNotFollow(
                situation.to == .closed
                    ? "stands alone, without the writes since the cutover" : "is not in sync with the target")
        }
        return isSynced
    }

    /// Whether the source was promoted, or may have been, by a way back that was begun earlier. Then only the end of it is
    /// left, and the source has every write that was not given up.
    /// - Parameter back: what is on record of it.
    static func isUnderWay(_ servers: Servers, _ back: CutoverMemory?) async throws -> Bool {
        guard let back, back.phase == .promoting else { return false }
        let situation = try await CutoverSituation.read(servers, back, isReturn: true)
        switch (situation.verdict, situation.from, situation.to) {
        // A target that died with writes that it had not passed on is no reason to go on without asking.
        case (.promoted, .unreachable, .replicaOfFrom): return false
        case (.promoted, _, _), (.finished, _, _): return true
        case (.notStarted, _, _), (.unclear, _, _): return false
        }
    }

    /// Completes a way back whose source is the primary again, or nearly.
    func finish(_ back: CutoverMemory) async throws -> CutoverMeasurements {
        let situation = try await CutoverSituation.read(servers, back, isReturn: true)
        let handover = handover(drains: true)
        let ended =
            situation.verdict == .finished ? try await handover.settle(back) : try await handover.resume(back)
        try await restore(back)
        return ended.measurements
    }

    private func begin(
        _ back: CutoverMemory, _ situation: CutoverSituation, drains: Bool
    ) async throws -> CutoverMemory? {
        var handover = handover(drains: drains)
        if situation.to == .closed {
            // The source lacks every write since the cutover, and the Sentinels have forgotten it. Its own settings let
            // it accept writes again, and the handover announces it to the Sentinels.
            handover.reopening = Fence(primary: servers.source).allCommands(memory.cutover.fence)
        }
        return try await handover.run(back)
    }

    /// Whether a person has agreed to lose writes.
    private var mayLose: Bool {
        switch allowance {
        case .noReturn, .noWrite: false
        case .counted, .everything: true
        }
    }

    /// Ends a way back: the cutover is undone, and both servers get back their own settings, which planrun had changed to
    /// keep a server from being promoted, or from accepting writes alone.
    private func restore(_ back: CutoverMemory) async throws {
        try await restoreSource()
        try await Fence(primary: servers.target).lower(to: back.fence)
    }

    /// The way back without the target. Its settings stay unknown, and are what they are should it ever come back.
    private func runAlone() async throws -> CutoverMeasurements {
        if let upstream = try await servers.source.replication().upstream?.primary, upstream != .nowhere,
            await !servers.isSame(upstream, as: servers.target)
        {
            throw await unclear(.sourceNotPrimary, "the source follows \(upstream), which is not the target")
        }
        let back = memory.back ?? CutoverMemory()
        try await context.save(StateValue(FailoverMemory(cutover: memory.cutover, back: back)))
        try await Fence(primary: servers.source).lower(to: memory.cutover.fence)
        try await restorePriority()
        let ended = try await LoneReturn(servers: servers, handover: handover(drains: false), context: context).run(
            back)
        try await restoreSource()
        return ended.measurements
    }

    private func restoreSource() async throws {
        try await Fence(primary: servers.source).lower(to: memory.cutover.fence)
        try await restorePriority()
        try await ReplicationCredentials.restore(memory.cutover.credentials, on: servers.source)
        try await OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
            .restore(memory.cutover.replicas)
        _ = try await servers.source.writeConfigurationFile()
    }

    private func unclear(_ code: OperationFailure, _ what: String) async -> StepFailure {
        StepFailure(
            code: code, what: what, place: [servers.source.name, servers.target.name],
            world: await WorldReport(servers).sentences(),
            help: ["make the source follow the target, or promote it yourself, then roll back again"])
    }

    private func silent() -> StepFailure {
        StepFailure(
            code: .targetSilent,
            what: "\(servers.target.name) does not answer, and may have writes that were not counted",
            place: [servers.target.name],
            help: [
                "start \(servers.target.endpoint) again, then roll back again; or say '--discard-writes all', which gives up what only it has"
            ],
            isTransient: true)
    }

    /// - Parameter state: what the source does instead, as a phrase.
    private func doesNotFollow(_ state: String) -> StepFailure {
        StepFailure(
            code: .sourceDoesNotFollow, what: "going back would lose writes: the source \(state)",
            place: [servers.source.name], world: ["\(servers.target.endpoint) is the primary and takes writes"],
            help: [
                "wait until it follows in sync, then roll back again; or say '--discard-writes all', which gives up what only \(servers.target.endpoint) has"
            ],
            isTransient: true)
    }

    private func overtaken() -> StepFailure {
        StepFailure(
            code: .failoverByAnother, what: "a Sentinel promoted the source meanwhile",
            place: [servers.source.name], help: ["roll back again: the rest of the way is short"], isTransient: true)
    }

    /// Records the target's settings before the target is fenced, and allows the Sentinels to promote the source again.
    private func prepared() async throws -> CutoverMemory {
        let back: CutoverMemory
        if let recorded = memory.back {
            back = recorded
        } else {
            back = try await handover(drains: true).prior()
            try await context.save(StateValue(FailoverMemory(cutover: memory.cutover, back: back)))
        }
        // Each time: a run that went forward in between has excluded the source again.
        try await restorePriority()
        return back
    }

    private func handover(drains: Bool) -> Cutover {
        let forward = memory.cutover
        return Cutover(
            servers: servers, from: servers.target, to: servers.source,
            method: step.methodBack(hasSentinels: servers.plan.sentinel != nil), writePause: step.writePause,
            drains: drains, context: context,
            record: { [context] in
                try await context.save(StateValue(FailoverMemory(cutover: forward, back: $0)))
            })
    }

    /// Restores the `replica-priority` that the source had before the cutover. A 0 becomes 100, Redis's default,
    /// because no Sentinel can promote a server with 0.
    private func restorePriority() async throws(StepFailure) {
        let prior = memory.cutover.fence["replica-priority"] ?? "100"
        try await servers.source.set("replica-priority", to: prior == "0" ? "100" : prior)
    }
}
