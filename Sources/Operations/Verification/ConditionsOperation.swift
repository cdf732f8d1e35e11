import Execution

/// The node of a `verify` before the cutover that asks whether all conditions hold.
struct ConditionsOperation: Operation {
    static let id = "unchanged"
    static let title = "source and target are as they were when the target began to follow"

    let servers: Servers

    func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    func perform(_ context: StepContext) async throws {}

    func verify(_ context: StepContext) async throws -> StepResult {
        try await Conditions.check(servers, context)
        return try await DoubtfulCommands.read(servers, context)
            ?? StepResult(
                "the source was neither restarted nor emptied, and the target has carried out all that it was sent")
    }

    func undo(_ context: StepContext) async throws -> StepResult? { nil }
}
