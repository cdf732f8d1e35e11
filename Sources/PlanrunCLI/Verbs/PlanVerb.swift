import ArgumentParser
import Diagnostics
import Execution
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

    @Flag(name: .long, help: "Show each command that changes a server, and those that take it back.")
    var commands = false

    @Option(name: .long, help: "text, json or markdown.")
    var format: Format = .text

    @Flag(
        name: .customLong("detailed-exitcode"),
        help: "Exit 0 if there is nothing to do, 2 if there is, 1 after any error.")
    var detailedExitcode = false

    @Option(
        name: .long,
        help: ArgumentHelp("Save the plan, so that 'apply FILE' does exactly this or refuses.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var out: String?

    @OptionGroup var record: RecordOption

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if out != nil, offline {
            throw ValidationError(
                "a plan is saved with what the servers say, so '--out' and '--offline' exclude each other")
        }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        do {
            return try await plan(context)
        } catch ExitStatus.invalid where detailedExitcode {
            return .failure
        }
    }

    private func plan(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(plan)
        if !offline, let finished = await FinishedRun(of: plan, record) {
            await show(finished, plan, context)
            if let out { try context.refuseSaving(out, "nothing is left to do for it", help: []) }
            return .success
        }
        let servers = offline ? nil : try context.servers(of: plan)
        let unfinished = offline ? nil : await unfinishedRun(plan)
        let report = await PlanInspector(compiled: CompiledPlan(plan), servers: servers, unfinished: unfinished)
            .report()
        do throws(ExitStatus) {
            show(report, plan, context)
            if let out, let servers { try await save(plan, report, servers, to: out, context) }
        } catch {
            await servers?.close()
            throw error
        }
        await servers?.close()
        if report.hasFailures { return .failure }
        return detailedExitcode && report.hasChanges ? .changes : .success
    }

    private func show(_ report: PlanReport, _ plan: Plan, _ context: CommandContext) {
        let header = PlanHeader(plan: plan)
        switch format {
        case .text:
            context.show(
                report.text(header: header, style: context.style, showsPassed: verbose, showsCommands: commands),
                indent: 3)
        case .json: context.output(JSONText.of(report))
        case .markdown: context.output(report.markdown(header: header))
        }
    }

    /// The record of a run that `resume` goes on with; `nil` if there is none.
    private func unfinishedRun(_ plan: Plan) async -> RunState? {
        guard let record = try? await self.record.store(forPlan: plan.file.path).read(), record.planName == plan.name
        else { return nil }
        switch record.status {
        case .running, .failed, .stopped: return record.hasChangedNothing ? nil : record
        case .succeeded, .rolledBack, .abandoned, .rollingBack, .rollbackIncomplete: return nil
        }
    }

    private func save(
        _ plan: Plan, _ report: PlanReport, _ servers: Servers, to path: String, _ context: CommandContext
    ) async throws(ExitStatus) {
        if report.unfinished != nil {
            try context.refuseSaving(
                path, "a run of it has begun; 'resume' goes on with that, and needs no saved plan", help: [])
        }
        if report.hasFailures {
            try context.refuseSaving(path, "a check fails, so that 'apply' would stop there", help: [])
        }
        try await context.save(plan, report, servers, to: path)
    }

    /// What is done is done: the servers are not asked, since no check before the plan holds after it.
    private func show(_ finished: FinishedRun, _ plan: Plan, _ context: CommandContext) async {
        var report = await PlanInspector(compiled: CompiledPlan(plan), servers: nil).report()
        report.carriedOut = finished.endedAt
        report.estimate = nil
        for index in report.steps.indices {
            report.steps[index].action = .nothing
            (report.steps[index].commands, report.steps[index].waysBack) = ([], [])
        }
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
