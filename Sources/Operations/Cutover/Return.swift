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
        switch try await CutoverSituation.read(servers, back, isReturn: true).verdict {
        case .finished, .promoted: try await handover(drains: true).resume(back)
        case .notStarted:
            let state = SyncState(try await servers.source.replication())
            try await handover(drains: state.isSynced).run(back)
        case .unclear(let code, let what):
            throw StepFailure(
                code: code, what: what, place: [servers.source.name, servers.target.name],
                world: await WorldReport(servers).sentences(),
                help: ["make the source follow the target, or promote it yourself, then roll back again"])
        }
        // Whoever was kept from being chosen may be again: the cutover is undone.
        try await servers.source.restorePriority(memory.cutover)
    }

    /// Records how the target is fenced before it is, and lets Sentinel choose the source again.
    private func prepared() async throws -> CutoverMemory {
        if let back = memory.back { return back }
        let back = try await handover(drains: true).prior()
        try await context.save(StateValue(FailoverMemory(cutover: memory.cutover, back: back)))
        try await servers.source.restorePriority(memory.cutover)
        return back
    }

    private func handover(drains: Bool) -> Cutover {
        let forward = memory.cutover
        return Cutover(
            from: servers.target, to: servers.source, sentinels: Sentinels(servers),
            // A source that was shut down and started again is promoted like any other.
            method: servers.plan.sentinel == nil ? .promote : .sentinel, writePause: step.writePause, drains: drains,
            context: context,
            record: { [context] in
                try await context.save(StateValue(FailoverMemory(cutover: forward, back: $0)))
            })
    }
}

extension Server {
    /// Its `replica-priority` from before the cutover; where that was 0, no failover could ever have come back to it.
    fileprivate func restorePriority(_ memory: CutoverMemory) async throws(StepFailure) {
        let prior = memory.fence["replica-priority"] ?? "100"
        try await set("replica-priority", to: prior == "0" ? "100" : prior)
    }
}

/// What a return would cost.
package struct GivenUpWrites: Sendable, Equatable {
    /// `nil` where it cannot be told.
    package let count: Int64?
    /// One sentence for the person who has to agree.
    package let sentence: String

    /// - Parameter undo: what `failover` recorded in the state file.
    package static func read(_ servers: Servers, undo: StateValue) async throws -> GivenUpWrites {
        let memory = try undo.decode(FailoverMemory.self).cutover
        if let source = try? await servers.source.replication(), let upstream = source.upstream,
            SyncState(source).isSynced, await servers.isSame(upstream.primary, as: servers.target)
        {
            return GivenUpWrites(
                count: 0, sentence: "0 writes are given up: the source follows the target and is in sync")
        }
        guard let before = memory.measurements.writesAtPromotion,
            let now = try? await WriteCounter(server: servers.target).calls(), now >= before
        else {
            return GivenUpWrites(
                count: nil,
                sentence: "all writes since the cutover are given up: the source does not follow the target, and their number is not known")
        }
        return GivenUpWrites(
            count: now - before,
            sentence: "\(now - before) writes are given up: the source does not follow the target and has none of them")
    }
}
