import Comparison
import Execution
import PlanGraph
import PlanModel

/// The node of a `verify` that compares keys with their values and expiry, both ways.
struct DataComparisonOperation: Operation {
    static let title = "source and target hold the same keys, values and expiry times"

    let servers: Servers
    let settings: KeyComparison.Settings
    let isAfterCutover: Bool

    func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    func perform(_ context: StepContext) async throws {}

    func verify(_ context: StepContext) async throws -> StepResult {
        let cutover = servers.plan.firstStep(of: .failover)
        let comparison = try await KeyComparison(
            servers, settings, since: isAfterCutover ? cutover.flatMap { context.memo(of: NodeID(step: $0.id)) } : nil)
        guard comparison.leader != nil || isAfterCutover && comparison.isAfterCutover else { throw await apart() }
        let summary = try await comparison.run(
            // The conditions are about the time before the cutover.
            ask: { if !isAfterCutover { try await Conditions.check(servers, context) } },
            isStopping: { context.isDraining }, from: context.mark, note: { context.report($1) },
            keep: { context.note(mark: $0) })
        // It has come to its end, whatever it has found.
        context.note(mark: nil)
        if let failure = summary.failure(servers) { throw failure }
        return summary.result
    }

    func undo(_ context: StepContext) async throws -> StepResult? { nil }

    private func apart() async -> StepFailure {
        StepFailure(
            code: .targetDoesNotFollow,
            what:
                "\(servers.target.name) does not follow \(servers.source.name), so that a difference could be a write that only one of them got",
            place: [servers.target.name], world: ["nothing was compared"],
            help: ["compare before the cutover: put the step between 'wait-for-sync' and 'failover'"])
    }
}
