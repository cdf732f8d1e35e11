import ArgumentParser
import Diagnostics
import Escaping
import Execution
import Operations
import PlanModel

struct RunbookVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "runbook",
        abstract: "Write a plan as a runbook for a person with redis-cli, in Markdown. Changes nothing.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Flag(name: .long, help: "From the plan alone; ask no server.")
    var offline = false

    @Option(
        name: .long, help: ArgumentHelp("Write it to a file.", valueName: "file"),
        completion: .file(extensions: ["md"]))
    var out: String?

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(plan)
        let servers = offline ? nil : try context.servers(of: plan)
        let runbook = await Runbook.make(plan, servers)
        await servers?.close()
        let text = runbook.markdown(PlanHeader(plan: plan), isLive: servers != nil)
        guard let out else {
            context.output(text)
            return .success
        }
        try context.write(text + "\n", to: out)
        context.tell("written to \(out)")
        return .success
    }
}
