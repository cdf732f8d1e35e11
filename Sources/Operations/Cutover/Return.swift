import Execution
import PlanModel
import RESP
import RedisTopology

/// The way back after a cutover: the same handover in the other direction makes the source the primary again.
///
/// If the source follows the target and is in sync, no write is lost. If it could not follow, the writes since the
/// cutover are given up.
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

    func run() async throws {
        if await servers.isTargetSilent() {
            guard allowance == .everything else { throw silent() }
            return try await runAlone()
        }
        let back = try await prepared()
        let situation = try await CutoverSituation.read(servers, back, isReturn: true)
        switch situation.verdict {
        case .finished: try await handover(drains: true).settle(back)
        case .promoted: try await handover(drains: true).resume(back)
        case .notStarted where situation.to == .closed:
            // The source lacks every write since the cutover, and the Sentinels have forgotten it. Its own settings let
            // it accept writes again, and the handover announces it to the Sentinels.
            var handover = handover(drains: false)
            let source = Fence(primary: servers.source)
            handover.reopening = source.allCommands(memory.cutover.fence)
            guard try await handover.run(back) else { throw overtaken() }
        case .notStarted:
            let state = SyncState(try await servers.source.replication())
            guard try await handover(drains: state.isSynced).run(back) else { throw overtaken() }
        case .unclear(let code, let what):
            throw await unclear(code, what)
        }
        // The cutover is undone. Both servers get back their own settings, which planrun had changed to keep a server
        // from being promoted, or from accepting writes alone.
        try await restoreSource()
        try await Fence(primary: servers.target).lower(to: back.fence)
    }

    /// The way back without the target. Its settings stay unknown, and are what they are should it ever come back.
    private func runAlone() async throws {
        if let upstream = try await servers.source.replication().upstream?.primary, upstream != .nowhere,
            await !servers.isSame(upstream, as: servers.target)
        {
            throw await unclear(.sourceNotPrimary, "the source follows \(upstream), which is not the target")
        }
        let back = memory.back ?? CutoverMemory()
        try await context.save(StateValue(FailoverMemory(cutover: memory.cutover, back: back)))
        try await Fence(primary: servers.source).lower(to: memory.cutover.fence)
        try await restorePriority()
        try await LoneReturn(servers: servers, handover: handover(drains: false), context: context).run(back)
        try await restoreSource()
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
            // The plan's `via` does not matter here: even if the cutover shut the source down, it must be running again
            // by now.
            method: servers.plan.sentinel == nil ? .promote : .sentinel, writePause: step.writePause, drains: drains,
            context: context,
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
