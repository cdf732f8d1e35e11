import ArgumentParser
import Execution

/// Where the record of a plan's run is kept.
struct RecordOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The state file; else PLAN.state.json beside the plan.", valueName: "path"),
        completion: .file())
    var state: String?

    func path(forPlan plan: String) -> String { state ?? StateFile.path(forPlan: plan) }

    /// - Parameter holder: who will carry the run out, or look at it.
    func store(forPlan plan: String, for holder: RunHolder = .thisPlanrun) -> FileStore {
        FileStore(path: path(forPlan: plan), holder: holder)
    }

    /// Reads the record for who only looks at it.
    /// - Returns: the record, and who carries the run out; `nil` after saying why it cannot be read.
    func read(
        forPlan plan: String, _ context: CommandContext
    ) async throws(ExitStatus) -> (state: RunState, holding: RunHolding)? {
        let store = store(forPlan: plan)
        do {
            return (try await store.read(), await store.holding())
        } catch {
            // A mistyped plan path has no record either, and then the useful error is that the plan does not exist.
            if error.code == .missing { _ = try context.loadPlan(plan) }
            context.tell(Notice(error, commands(forPlan: plan)))
            return nil
        }
    }

    func commands(forPlan plan: String) -> CommandLines { CommandLines(plan: plan, state: state) }
}

extension RunHolder {
    /// This process, from now on.
    static var thisPlanrun: RunHolder { .thisProcess(since: .now, planrun: PlanrunCommand.versionNumber) }
}
