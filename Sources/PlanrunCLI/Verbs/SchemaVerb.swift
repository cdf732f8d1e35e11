import ArgumentParser
import Operations
import PlanModel

struct SchemaVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of plans, for editors.")

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let schema = PlanSchema.json(checks: PreflightCatalogue.declarations)
        context.output(String(schema.dropLast(schema.hasSuffix("\n") ? 1 : 0)))
        return .success
    }
}
