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

    @OptionGroup var record: RecordOption

    @Flag(name: .long, help: "Only the record; do not ask the servers.")
    var offline = false

    @Flag(name: .long, help: "Show it again as it changes, until the run has come to its end; Ctrl-C stops.")
    var watch = false

    @Flag(name: .long, help: "The runs of the plan: when, who, how each ended. From the record; asks no server.")
    var history = false

    @Option(name: .long, help: "text, or json.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if watch, history {
            throw ValidationError("--history shows what is over, so there is nothing for --watch to wait for")
        }
        if watch, format == .json {
            throw ValidationError("--watch shows text; for changes as JSON, read the output of 'apply'")
        }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        if history { return try await tellHistory(context) }
        if watch { return try await Watch(context).run { try await page(context) } }
        guard let page = try await page(context) else { return .invalid }
        context.output(page.text)
        return .success
    }

    private func tellHistory(_ context: CommandContext) async throws -> ExitStatus {
        guard let (state, _) = try await record.read(forPlan: plan, context) else { return .invalid }
        let list = RunList(state)
        switch format {
        case .json: context.output(JSONText.of(list))
        case .text:
            let view = HistoryView(list: list, path: record.path(forPlan: plan))
            context.output(view.text(width: context.terminal?.width, style: context.style))
        }
        return .success
    }

    /// What is shown at one moment.
    struct Page: Sendable {
        let text: String
        /// Whether nothing changes any more, because the run has come to its end and nobody carries it out.
        let isLast: Bool
    }

    /// - Returns: `nil` if there is no record that can be read, which was said then.
    private func page(_ context: CommandContext) async throws -> Page? {
        let path = self.record.path(forPlan: plan)
        let commands = self.record.commands(forPlan: plan)
        guard let (record, holding) = try await self.record.read(forPlan: plan, context) else { return nil }
        let look = try await look(context, record, holding, commands)
        let isLast = record.isOver && !holding.isHeld
        switch format {
        case .json:
            let report = Report(
                state: record, holding: Holding(holding), world: look.world, drift: look.drift, changed: look.changed,
                reminders: look.reminder.map { [$0.sentence] + $0.help } ?? [])
            return Page(text: JSONText.of(report), isLast: isLast)
        case .text:
            let view = StatusView(
                state: record, holding: holding, path: path, world: look.world, drift: look.drift,
                changed: look.changed, reminder: look.reminder, next: holding.isHeld ? [] : look.next.all)
            return Page(text: view.text(width: context.terminal?.width, style: context.style), isLast: isLast)
        }
    }

    private struct Report: Encodable {
        var state: RunState
        var holding: Holding
        var world: [String]
        var drift: [String]
        var changed: [Leftover]
        /// What a run that ended well has left for later.
        var reminders: [String]
    }

    /// Who carries the run out, or carried it out when it was cut off.
    private struct Holding: Encodable {
        enum State: String, Encodable { case held, free, untold }

        var state: State
        var holder: RunHolder?

        init(_ holding: RunHolding) {
            switch holding {
            case .held(let holder): (state, self.holder) = (.held, holder)
            case .free(let last): (state, holder) = (.free, last)
            case .untold: (state, holder) = (.untold, nil)
            }
        }
    }

    /// What the servers say now, and what follows from that.
    private struct Look {
        var world: [String] = []
        var drift: [String] = []
        var changed: [Leftover] = []
        var reminder: FailoverReminder?
        let next: NextSteps
    }

    private func look(
        _ context: CommandContext, _ record: RunState, _ holding: RunHolding, _ commands: CommandLines
    ) async throws -> Look {
        if offline { return Look(next: NextSteps(recorded: record, commands)) }
        let plan = record.completing(try context.loadPlan(plan))
        let servers = try context.servers(of: plan)
        let compiled = CompiledPlan(plan)
        let world = await WorldReport(servers).sentences()
        // What is being changed is not as recorded, and nobody else's doing.
        let drift = holding.isHeld ? [] : await RecordDrift(compiled: compiled, servers: servers).sentences(record)
        let wayBack = WayBack(compiled: compiled, servers: servers, commands: commands)
        let next = await wayBack.nextSteps(record)
        let changed =
            record.isOver || holding.isHeld
            ? []
            : await record.leftovers(
                in: compiled.graph, asking: compiled.operations(servers: servers, approver: NobodyApproves()))
        let reminder = holding.isHeld ? nil : await FailoverReminder(record, servers, commands, wayBack)
        await servers.close()
        return Look(world: world, drift: drift, changed: changed, reminder: reminder, next: next)
    }
}

extension StatusVerb {
    /// Shows the page again each time it has changed: on a terminal in place of the one before, else below it.
    fileprivate struct Watch {
        private let context: CommandContext
        private static let pause = Duration.milliseconds(500)

        init(_ context: CommandContext) { self.context = context }

        /// - Parameter read: made anew for each look, in as many columns as the terminal has by then.
        func run(_ read: () async throws -> Page?) async throws -> ExitStatus {
            let signals = Signals(of: context) { _ in }
            var shown: String?
            while true {
                guard let page = try await read() else { return .invalid }
                if page.text != shown { show(page.text, isFirst: shown == nil) }
                shown = page.text
                if page.isLast || signals.isDraining { return .success }
                try await Task.sleep(for: Self.pause)
            }
        }

        private func show(_ text: String, isFirst: Bool) {
            guard let terminal = context.terminal else { return context.output((isFirst ? "" : "\n") + text) }
            // The cursor goes home and everything is cleared: whoever made the window narrower has broken the lines that
            // stand there.
            terminal.write("\u{1B}[H\u{1B}[0J\(text)\n")
        }
    }
}
