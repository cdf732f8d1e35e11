import ArgumentParser
import Diagnostics
import Escaping
import Operations
import PlanModel

struct ShowVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a plan that 'plan --out' saved. Asks no server.")

    @Argument(help: "The file of the saved plan.", completion: .file(extensions: ["json"]))
    var file: String

    @Flag(name: .long, help: "Show each check that passed, too.")
    var verbose = false

    @Flag(name: .long, help: "Show each command that changes a server, and those that take it back.")
    var commands = false

    @Option(name: .long, help: "text, json or markdown.")
    var format: PlanVerb.Format = .text

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        guard let saved = try context.savedPlan(at: file) else {
            // A path that leads nowhere, or a plan that was not saved yet, is the usual mistake.
            _ = try context.loadPlan(file)
            context.tell(
                Notice(
                    code: .verb(.notSavedPlan), what: "'\(file)' is a plan, not one that was saved",
                    next: [
                        NextCommand(line: "planrun plan \(file.shellWord)", meaning: "what it would do now"),
                        NextCommand(line: "planrun plan \(file.shellWord) --out FILE", meaning: "save it"),
                    ]))
            return .invalid
        }
        let reading = Plan.read(
            SourceFile(path: saved.planPath, text: saved.plan), checks: PreflightCatalogue.declarations)
        guard let plan = reading.plan else {
            context.show(reading.diagnostics)
            return .invalid
        }
        let header = PlanHeader(plan: plan)
        switch format {
        case .json: context.output(JSONText.of(saved.report))
        case .markdown:
            context.output("\(saved.report.markdown(header: header))\n\n\(Markdown.escape(saved.origin)).")
        case .text:
            let text = saved.report.text(
                header: header, style: context.style, showsPassed: verbose, showsCommands: commands)
            context.show("\(text)\n\(saved.origin)", indent: 3)
        }
        return .success
    }
}

extension SavedPlan {
    fileprivate var origin: String { "saved at \(madeAt) by planrun \(planrun); \(digest)" }
}
