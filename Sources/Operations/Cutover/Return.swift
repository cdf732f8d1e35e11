import Execution
import PlanModel
import RESP
import RedisTopology

/// The way back after a cutover: the source becomes primary again, through the same handover in the other direction.
///
/// If the source follows the target in sync, no write is lost. If it could not follow, the writes since the cutover are
/// given up.
struct Return {
    /// Includes what it takes to announce the source to Sentinels that have forgotten it.
    static func rights(_ plan: Plan) -> Rights {
        Cutover.rights(from: .target, to: .source, plan) + Rights(at: [.source], Fence.rights)
            + ReplicationCredentials.rightsOfFollowers(of: .source, plan.source)
            + (plan.sentinel == nil ? .none : PrimaryAnnouncement.rights + Sentinels.forgettingRights(plan))
    }

    let servers: Servers
    let step: FailoverStep
    let memory: FailoverMemory
    let context: StepContext

    func run() async throws {
        let back = try await prepared()
        let situation = try await CutoverSituation.read(servers, back, isReturn: true)
        switch situation.verdict {
        case .finished, .promoted: try await handover(drains: true).resume(back)
        case .notStarted where situation.to == .closed:
            // The source lacks every write since the cutover, and the Sentinels have forgotten it. It gets its old
            // settings back, takes writes again, and is announced to the Sentinels.
            var handover = handover(drains: false)
            let source = Fence(primary: servers.source)
            handover.reopening = source.allCommands(memory.cutover.fence)
            guard try await handover.run(back) else { throw overtaken() }
        case .notStarted:
            let state = SyncState(try await servers.source.replication())
            guard try await handover(drains: state.isSynced).run(back) else { throw overtaken() }
        case .unclear(let code, let what):
            throw StepFailure(
                code: code, what: what, place: [servers.source.name, servers.target.name],
                world: await WorldReport(servers).sentences(),
                help: ["make the source follow the target, or promote it yourself, then roll back again"])
        }
        // The cutover is undone. Now each server gets its own settings back, which planrun had changed to keep it from
        // being promoted or from taking writes alone.
        try await Fence(primary: servers.source).lower(to: memory.cutover.fence)
        try await restorePriority()
        try await ReplicationCredentials.restore(memory.cutover.credentials, on: servers.source)
        try await OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
            .restore(memory.cutover.replicas)
        try await Fence(primary: servers.target).lower(to: back.fence)
    }

    private func overtaken() -> StepFailure {
        StepFailure(
            code: .failoverByAnother, what: "a Sentinel promoted the source meanwhile",
            place: [servers.source.name], help: ["roll back again: the rest of the way is short"], isTransient: true)
    }

    /// Records the target's settings before the target is fenced, and lets the Sentinels promote the source again.
    private func prepared() async throws -> CutoverMemory {
        if let back = memory.back { return back }
        let back = try await handover(drains: true).prior()
        try await context.save(StateValue(FailoverMemory(cutover: memory.cutover, back: back)))
        try await restorePriority()
        return back
    }

    private func handover(drains: Bool) -> Cutover {
        let forward = memory.cutover
        return Cutover(
            servers: servers, from: servers.target, to: servers.source,
            // The plan's method does not matter for the way back: even a source that was shut down must be running
            // again by now.
            method: servers.plan.sentinel == nil ? .promote : .sentinel, writePause: step.writePause, drains: drains,
            context: context,
            record: { [context] in
                try await context.save(StateValue(FailoverMemory(cutover: forward, back: $0)))
            })
    }

    /// Gives the source back the `replica-priority` that it had before the cutover. If that was 0, it gets 100, the
    /// default of Redis, because no Sentinel could promote it with 0.
    private func restorePriority() async throws(StepFailure) {
        let prior = memory.cutover.fence["replica-priority"] ?? "100"
        try await servers.source.set("replica-priority", to: prior == "0" ? "100" : prior)
    }
}
