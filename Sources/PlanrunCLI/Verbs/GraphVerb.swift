import ArgumentParser
import Operations
import PlanGraph
import PlanModel

struct GraphVerb: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case mermaid, dot, json
    }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw the steps and checks of a plan, and what needs what. Asks no server.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(name: .long, help: "mermaid, dot or json.")
    var format: Format = .mermaid

    @Flag(name: .long, help: "The way back instead: what is undone, in which order.")
    var rollback = false

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let graph = CompiledPlan(try context.loadPlan(plan)).graph
        let shown = rollback ? graph.rollbackGraph() : graph
        let text =
            switch format {
            case .mermaid: shown.mermaid
            case .dot: shown.dot
            case .json: shown.json
            }
        context.output(String(text.dropLast(text.hasSuffix("\n") ? 1 : 0)))
        return .success
    }
}
