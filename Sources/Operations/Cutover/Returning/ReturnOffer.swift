package import Execution
package import PlanModel
import Values

/// What `rollback` would do once the target is the primary, and what that costs.
package struct ReturnOffer: Sendable, Equatable {
    package let rule: RollbackSettings.AfterCutover
    package let cost: GivenUpWrites
    /// What is said before a way back that loses no write: how long writes stall, and how that is known.
    package let promise: String

    /// - Parameter undo: what `failover` recorded in the state file.
    /// - Throws: if the source does not answer, or a record that cannot be read.
    package static func read(_ servers: Servers, undo: StateValue) async throws -> ReturnOffer {
        let memory = try undo.decode(FailoverMemory.self)
        let method = (servers.plan.failover ?? FailoverStep()).methodBack(hasSentinels: servers.plan.sentinel != nil)
        let cost = try await GivenUpWrites.read(servers, memory)
        return ReturnOffer(
            rule: rule(servers.plan, memory.cutover), cost: cost,
            promise: "No write will be lost; "
                + (cost.isEndOfReturn
                    ? cost.sentence : ExpectedStall(via: method, measured: memory.cutover.measurements).sentence))
    }

    /// What `rollback` does after the cutover of which this is on record.
    package static func rule(_ plan: Plan, undo: StateValue) -> RollbackSettings.AfterCutover {
        (try? undo.decode(FailoverMemory.self)).map { rule(plan, $0.cutover) } ?? plan.certainWayBack ?? .stop
    }

    private static func rule(_ plan: Plan, _ memory: CutoverMemory) -> RollbackSettings.AfterCutover {
        plan.certainWayBack
            ?? plan.rollback.afterCutover(
                sourceFollows: memory.resting ?? .follow == .follow && memory.isRefused != true)
    }
}

/// How long writes will stall in a handover, and how that is known.
struct ExpectedStall {
    let method: FailoverStep.Method
    /// What a handover between these servers has measured; `nil` if there was none yet.
    let measured: CutoverMeasurements?

    init(via method: FailoverStep.Method, measured: CutoverMeasurements? = nil) {
        (self.method, self.measured) = (method, measured)
    }

    /// The numbers of other servers were measured with `planrun-benchmarks cutover`.
    var sentence: String {
        if let measured, measured.isWriteGapLowerBound != true, let gap = measured.writeGap {
            let rounded = (gap * 100).rounded() / 100
            return "writes stall for about \(max(rounded, 0.01)) s, as in the cutover"
        }
        let usual =
            switch method {
            case .sentinel, .shutdown: "0.3"
            case .announce, .fastest, .promote: "0.02"
            }
        return "writes stall for about \(usual) s, as measured elsewhere via \(method.rawValue)"
    }
}

extension FailoverStep {
    /// How the roles are exchanged on the way back: as on the way there. A source that was shut down must be running again
    /// by then, so that a Sentinel can be asked.
    func methodBack(hasSentinels: Bool) -> Method {
        guard hasSentinels else { return .promote }
        return method == .shutdown ? .sentinel : method
    }
}
