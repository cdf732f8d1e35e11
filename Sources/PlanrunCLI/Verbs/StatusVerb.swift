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

    @Option(name: .long, help: "text, or json.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let path = self.record.path(forPlan: plan)
        let commands = self.record.commands(forPlan: plan)
        let store = self.record.store(forPlan: plan)
        let record: RunState
        do {
            record = try await store.read()
        } catch {
            // A mistyped plan path has no record either, and then the useful error is that the plan does not exist.
            if error.code == .missing { _ = try context.loadPlan(plan) }
            context.tell(Notice(error, commands))
            return .invalid
        }
        let holding = await store.holding()
        let look = try await look(context, record, holding, commands)
        switch format {
        case .json:
            context.output(
                JSONText.of(
                    Report(
                        state: record, holding: Holding(holding), world: look.world, drift: look.drift,
                        changed: look.changed)))
        case .text:
            let view = StatusView(
                state: record, holding: holding, path: path, world: look.world, drift: look.drift,
                changed: look.changed, next: holding.isHeld ? [] : look.next.all)
            context.output(view.text(width: context.terminal?.width, style: context.style))
        }
        return .success
    }

    private struct Report: Encodable {
        var state: RunState
        var holding: Holding
        var world: [String]
        var drift: [String]
        var changed: [Leftover]
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
        let next: NextSteps
    }

    private func look(
        _ context: CommandContext, _ record: RunState, _ holding: RunHolding, _ commands: CommandLines
    ) async throws -> Look {
        if offline { return Look(next: NextSteps(recorded: record, commands)) }
        let plan = try context.loadPlan(plan)
        let servers = try context.servers(of: plan)
        let compiled = CompiledPlan(plan)
        let world = await WorldReport(servers).sentences()
        // What is being changed is not as recorded, and nobody else's doing.
        let drift = holding.isHeld ? [] : await RecordDrift(compiled: compiled, servers: servers).sentences(record)
        let next = await WayBack(compiled: compiled, servers: servers, commands: commands).nextSteps(record)
        let changed =
            record.isOver || holding.isHeld
            ? []
            : await record.leftovers(
                in: compiled.graph, asking: compiled.operations(servers: servers, approver: NobodyApproves()))
        await servers.close()
        return Look(world: world, drift: drift, changed: changed, next: next)
    }
}

extension RunState {
    /// Whether nothing of the run is left to do or to take back.
    fileprivate var isOver: Bool { [.succeeded, .rolledBack, .abandoned].contains(status) }
}

extension RunHolding {
    /// Nobody else can go on with the run.
    fileprivate var isHeld: Bool { if case .held = self { true } else { false } }
}
