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

    func store(forPlan plan: String) -> FileStore {
        FileStore(path: path(forPlan: plan), holder: .thisProcess(since: .now))
    }

    func commands(forPlan plan: String) -> CommandLines { CommandLines(plan: plan, state: state) }
}
