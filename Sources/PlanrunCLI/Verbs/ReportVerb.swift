import ArgumentParser
import Escaping

struct ReportVerb: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case html, markdown, json
    }

    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write down what a run did, from its record. No server is asked.",
        discussion: """
            HTML is one file that needs no other: attach it to a change ticket. Markdown is for a ticket or a pull request.
            The run may be finished or not.
            """)

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @OptionGroup var record: RecordOption

    @Option(name: .long, help: "html, markdown, or json.")
    var format: Format = .html

    @Option(
        name: .long, help: ArgumentHelp("Write it to a file, not to standard output.", valueName: "file"),
        completion: .file())
    var out: String?

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        guard let (state, holding) = try await record.read(forPlan: plan, context) else { return .invalid }
        let report = RunReport(
            state, holding: holding, path: record.path(forPlan: plan), record.commands(forPlan: plan))
        let text =
            switch format {
            case .html: report.html
            case .markdown: report.markdown + "\n"
            case .json: JSONText.of(report) + "\n"
            }
        guard let out else {
            context.output(String(text.dropLast()))
            return .success
        }
        try context.write(text, to: out)
        context.output(VisibleText.escape("\(out): written"))
        return .success
    }
}
