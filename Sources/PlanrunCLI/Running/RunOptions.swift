import ArgumentParser
import Execution

/// What the verbs that carry out a plan take.
struct RunOptions: ParsableArguments {
    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(name: .long, help: "The state file; else PLAN.state.json beside the plan.", completion: .file())
    var state: String?

    @Flag(name: .customLong("auto-approve"), help: "Say yes to every approval step.")
    var autoApprove = false

    @Option(name: .long, help: ArgumentHelp("Say yes to this approval step; can be repeated.", valueName: "id"))
    var approve: [String] = []

    @Option(name: .long, help: "text, or json: one event a line.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    var stateFile: StateFile { StateFile(path: state ?? StateFile.path(forPlan: plan)) }
}
