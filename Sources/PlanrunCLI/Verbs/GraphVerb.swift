import ArgumentParser
import Operations
import PlanGraph
import PlanModel

struct GraphVerb: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case mermaid, dot, svg, json
    }

    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Draw the steps of a plan, and what needs what. Asks no server.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(name: .long, help: "mermaid, dot, svg (drawn by Graphviz) or json (every check, with its needs).")
    var format: Format = .mermaid

    @Flag(name: .long, help: "List each check of a step.")
    var checks = false

    @Flag(name: .long, help: "The way back instead: what is undone, in which order.")
    var rollback = false

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let graph = CompiledPlan(try context.loadPlan(plan)).graph
        let shown = rollback ? graph.rollbackGraph() : graph
        let drawing = Drawing(shown, showsChecks: checks)
        let text: String
        switch format {
        case .mermaid: text = drawing.mermaid
        case .dot: text = drawing.dot
        case .json: text = shown.json
        case .svg:
            do {
                text = try await GraphvizSVG(dot: drawing.dot).text()
            } catch {
                context.tell(error.notice)
                return .failure
            }
        }
        context.output(String(text.dropLast(text.hasSuffix("\n") ? 1 : 0)))
        return .success
    }
}
