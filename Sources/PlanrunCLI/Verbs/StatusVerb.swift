import ArgumentParser
import Execution
import FoundationEssentials
import Operations
import PlanModel

struct StatusVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how far a run is, and what the servers say now.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(
        name: .long,
        help: ArgumentHelp("The state file; else PLAN.state.json beside the plan.", valueName: "path"),
        completion: .file())
    var state: String?

    @Flag(name: .long, help: "Only the record; do not ask the servers.")
    var offline = false

    @Option(name: .long, help: "text, or json.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let path = state ?? StateFile.path(forPlan: plan)
        let commands = CommandLines(plan: plan, state: state)
        let record: RunState
        do {
            record = try await FileStore(path: path, holder: .thisProcess(since: .now)).read()
        } catch {
            // A mistyped plan path has no record either, and then the useful error is that the plan does not exist.
            if error.code == .missing { _ = try context.loadPlan(plan) }
            context.tell(Notice(error, commands))
            return .invalid
        }
        let (world, next) = try await world(context, record, commands)
        switch format {
        case .json: context.output(JSONText.of(Report(state: record, world: world)))
        case .text:
            let view = StatusView(state: record, path: path, world: world, next: next.all)
            context.show(view.text(width: context.terminal?.width), indent: 2)
        }
        return .success
    }

    private struct Report: Encodable {
        var state: RunState
        var world: [String]
    }

    private func world(
        _ context: CommandContext, _ record: RunState, _ commands: CommandLines
    ) async throws -> ([String], next: NextSteps) {
        if offline { return ([], NextSteps(recorded: record, commands)) }
        let plan = try context.loadPlan(plan)
        let servers = try context.servers(of: plan)
        let sentences = await WorldReport(servers).sentences()
        let wayBack = WayBack(compiled: CompiledPlan(plan), servers: servers, commands: commands)
        let next = await wayBack.nextSteps(record)
        await servers.close()
        return (sentences, next)
    }
}
