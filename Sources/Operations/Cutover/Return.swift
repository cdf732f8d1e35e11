import Execution
import PlanModel
import RESP
import RedisTopology

/// The way back after a cutover: the source becomes primary again, through the same handover in the other direction.
///
/// Where the source follows the target in sync nothing is given up; where it could not follow, what was written since the
/// cutover is.
struct Return {
    let servers: Servers
    let step: FailoverStep
    let memory: FailoverMemory
    let context: StepContext

    func run() async throws {
        let back = try await prepared()
        let situation = try await CutoverSituation.read(servers, back, isReturn: true)
        switch situation.verdict {
        case .finished, .promoted: try await handover(drains: true).resume(back)
        case .notStarted where situation.to == .retired:
            // It has none of the writes since; the Sentinels are told of it again.
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
        // Whoever was kept from being chosen, or from taking writes alone, is no more: the cutover is undone.
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

    /// Records how the target is fenced before it is, and lets Sentinel choose the source again.
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
            // A source that was shut down and started again is promoted like any other.
            method: servers.plan.sentinel == nil ? .promote : .sentinel, writePause: step.writePause, drains: drains,
            context: context,
            record: { [context] in
                try await context.save(StateValue(FailoverMemory(cutover: forward, back: $0)))
            })
    }

    /// The source's `replica-priority` from before the cutover; where that was 0, no failover could come back to it.
    private func restorePriority() async throws(StepFailure) {
        let prior = memory.cutover.fence["replica-priority"] ?? "100"
        try await servers.source.set("replica-priority", to: prior == "0" ? "100" : prior)
    }
}
