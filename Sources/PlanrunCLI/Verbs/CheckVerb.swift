import ArgumentParser
import Diagnostics
import Operations
import PlanModel

struct CheckVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Run only the preflight checks of a plan. Changes nothing.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(name: .long, help: "text, or json.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(plan).withPreflight
        let servers = try context.servers(of: plan)
        let report = await PlanInspector(compiled: CompiledPlan(plan), servers: servers).report(only: .preflight)
        await servers.close()
        switch format {
        case .json: context.output(JSONText.of(report.steps.flatMap(\.findings)))
        case .text:
            let style = Style(isColored: context.terminal?.isColored ?? false)
            context.output(context.wrapped(report.findingsText(style), indent: 3))
        }
        return report.hasFailures ? .failure : .success
    }
}

extension Plan {
    /// A plan without a `preflight` step is checked by the standard checks.
    fileprivate var withPreflight: Plan {
        guard !steps.contains(where: { $0.kind.name == .preflight }) else { return self }
        let start = SourcePosition(line: 1, column: 1)
        var plan = self
        plan.steps.insert(
            Step(
                id: "preflight", kind: .preflight(PreflightStep()), needs: [], timeout: nil, retries: 0,
                range: SourceRange(start, start)), at: 0)
        return plan
    }
}
