import ArgumentParser
import Diagnostics
import Operations
import PlanModel

struct CheckVerb: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Run only the preflight checks of a plan. Changes nothing.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String?

    @Flag(
        name: .long,
        help: "Ask no server; list the checks with their severities and limits, those of the plan only if one is given."
    )
    var list = false

    @Flag(name: .long, help: "Show each check that passes, too.")
    var verbose = false

    @Option(name: .long, help: "text, json or markdown.")
    var format: Format = .text

    @OptionGroup var record: RecordOption

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if plan == nil, !list { throw ValidationError("name a plan file, or say --list to see what there is to check") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try plan.map { path throws(ExitStatus) in try context.loadPlan(path).withPreflight }
        guard let plan, !list else {
            let checks = CheckList(
                plan.map(PreflightCatalogue.declarations) ?? PreflightCatalogue.declarations,
                preflight: plan?.firstPreflight)
            switch format {
            case .json: context.output(JSONText.of(checks.checks))
            case .markdown: context.output(checks.markdown)
            case .text: context.show(checks.text(context.style), indent: 3)
            }
            return .success
        }
        if let finished = await FinishedRun(of: plan, record) {
            show(finished, plan, context)
            return .success
        }
        let servers = try context.servers(of: plan)
        let report = await PlanInspector(compiled: CompiledPlan(plan), servers: servers).report(only: .preflight)
        await servers.close()
        switch format {
        case .json: context.output(JSONText.of(report.steps.flatMap(\.findings)))
        case .markdown: context.output(report.findingsMarkdown)
        case .text: context.show(report.findingsText(context.style, showsPassed: verbose), indent: 3)
        }
        return report.hasFailures ? .failure : .success
    }

    /// The checks ask whether the plan can be carried out, which it has been.
    private func show(_ finished: FinishedRun, _ plan: Plan, _ context: CommandContext) {
        let sentence = "nothing to check: '\(plan.name)' was carried out at \(finished.endedAt)"
        switch format {
        case .json: context.output("[]")
        case .markdown: context.output(Markdown.escape(sentence) + ".")
        case .text: context.show(sentence, indent: 3)
        }
    }
}

extension Plan {
    /// The plan itself, or, if it has no `preflight` step, the plan with the standard checks.
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

    fileprivate var firstPreflight: PreflightStep? {
        for step in steps { if case .preflight(let preflight) = step.kind { return preflight } }
        return nil
    }
}
