import ArgumentParser
import Operations
import PlanModel

struct PlanVerb: Verb {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a plan would do now, and where its point of no return is. Changes nothing.")

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Flag(name: .long, help: "From the plan alone; ask no server.")
    var offline = false

    @Flag(name: .long, help: "Show each check that passes, too.")
    var verbose = false

    @Option(name: .long, help: "text, json or markdown.")
    var format: Format = .text

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit 0 if there is nothing to do, 2 if there is.")
    var detailedExitcode = false

    @OptionGroup var record: RecordOption

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(plan)
        if !offline, let finished = await FinishedRun(of: plan, record) {
            await show(finished, plan, context)
            return .success
        }
        let servers = offline ? nil : try context.servers(of: plan)
        let report = await PlanInspector(compiled: CompiledPlan(plan), servers: servers).report()
        await servers?.close()
        let header = PlanHeader(plan: plan)
        switch format {
        case .text:
            context.show(report.text(header: header, style: context.style, showsPassed: verbose), indent: 3)
        case .json: context.output(JSONText.of(report))
        case .markdown: context.output(report.markdown(header: header))
        }
        if report.hasFailures { return .failure }
        return detailedExitcode && report.hasChanges ? .changes : .success
    }

    /// What is done is done: the servers are not asked, since no check before the plan holds after it.
    private func show(_ finished: FinishedRun, _ plan: Plan, _ context: CommandContext) async {
        var report = await PlanInspector(compiled: CompiledPlan(plan), servers: nil).report()
        report.carriedOut = finished.endedAt
        for index in report.steps.indices { report.steps[index].action = .nothing }
        let header = PlanHeader(plan: plan)
        switch format {
        case .text:
            context.show(
                (header.lines + ["", report.summary]).joined(
                    separator: "\n"))
        case .json: context.output(JSONText.of(report))
        case .markdown: context.output(report.markdown(header: header))
        }
    }
}
