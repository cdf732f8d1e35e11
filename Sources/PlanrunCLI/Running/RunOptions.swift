import ArgumentParser
import Execution

/// The options of the verbs that carry out a plan or take it back.
struct RunOptions: ParsableArguments {
    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @OptionGroup var record: RecordOption

    @Option(name: .long, help: "text, or json: one event a line.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    var statePath: String { record.path(forPlan: plan) }
    var store: any RunStore { record.store(forPlan: plan) }
    var commands: CommandLines { record.commands(forPlan: plan) }
}

/// The options that approve a step before its question comes up.
struct ApprovalOptions: ParsableArguments {
    @Flag(name: .customLong("auto-approve"), help: "Say yes to every approval step.")
    var autoApprove = false

    @Option(name: .long, help: ArgumentHelp("Say yes to this approval step; can be repeated.", valueName: "id"))
    var approve: [String] = []

    var approvals: Approvals { Approvals(all: autoApprove, steps: Set(approve)) }
}

/// Which approval steps a person has said yes to on the command line.
struct Approvals: Sendable {
    var all = false
    var steps: Set<String> = []
}
