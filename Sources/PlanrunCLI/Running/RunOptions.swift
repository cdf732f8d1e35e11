import ArgumentParser
import Execution

/// The options of the verbs that carry out a plan or take it back.
struct RunOptions: ParsableArguments {
    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @OptionGroup var record: RecordOption

    @Option(name: .long, help: "text, or json: one event a line.")
    var format: TextFormat = .text

    @OptionGroup var metering: MetricsOptions

    @OptionGroup var display: DisplayOptions
}

/// The options that approve a step before its question comes up.
struct ApprovalOptions: ParsableArguments {
    @Flag(name: .customLong("auto-approve"), help: "Say yes to every approval step.")
    var autoApprove = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Say yes to this approval step; can be repeated. With @DIGEST behind it, of that saved plan only.",
            valueName: "id"))
    var approve: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Say that the command of this run step, which was cut off, was done; can be repeated.", valueName: "id"))
    var done: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Run the command of this run step, which was cut off, once more; can be repeated.", valueName: "id"))
    var again: [String] = []

    var approvals: Approvals {
        let words = approve.map { $0.split(separator: "@", maxSplits: 1).map(String.init) }
        return Approvals(
            all: autoApprove, steps: Set(words.compactMap(\.first)), digests: words.compactMap { $0.dropFirst().first },
            done: Set(done), again: Set(again))
    }
}

/// Which approval steps a person has said yes to on the command line.
struct Approvals: Sendable {
    var all = false
    var steps: Set<String> = []
    /// What the approvals name as the plan that they are meant for.
    var digests: [String] = []
    /// The run steps whose command was cut off and was done nevertheless, as a person says.
    var done: Set<String> = []
    /// Those whose command is to be run again.
    var again: Set<String> = []
}
