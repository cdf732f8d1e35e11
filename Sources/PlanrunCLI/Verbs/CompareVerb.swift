import ArgumentParser
import Comparison
import Execution
import Operations
import PlanGraph
import PlanModel
import Values

struct CompareVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the keys of source and target with their values and expiry. Changes nothing.",
        discussion: """
            Either server may lead, and applications may go on writing: a key that changes is looked at again. Where \
            neither follows the other, a key that only one of them got is a difference.

            Exit codes: 0 no difference was found, 1 they differ or could not be compared, 3 stopped before the end.
            """)

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(name: .long, help: ArgumentHelp("Compare about so many keys, drawn by chance.", valueName: "keys"))
    var sample: Int?

    @Option(name: .long, help: ArgumentHelp("Name up to so many differences of each kind.", valueName: "number"))
    var examples = 10

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write every difference to this file, one JSON object a line. It appears when the comparison has ended.",
            valueName: "file"), completion: .file())
    var differences: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Keep in this file where the comparison is. After it was stopped or killed, the same command goes on there.",
            valueName: "file"), completion: .file())
    var checkpoint: String?

    @Option(
        name: .customLong("commands-per-second"),
        help: ArgumentHelp("Send no more commands a second to each server.", valueName: "number"))
    var commandsPerSecond: Int?

    @Option(
        name: .customLong("bytes-per-second"),
        help: ArgumentHelp("Take no more a second from each server, as in 50MiB.", valueName: "size"),
        transform: { try ByteCount(planText: $0) })
    var bytesPerSecond: ByteCount?

    @OptionGroup var record: RecordOption

    @Option(name: .long, help: "text or json.")
    var format: TextFormat = .text

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("a sample has at least one key") }
        guard (0...10_000).contains(examples) else { throw ValidationError("'--examples' takes 0 to 10000") }
        if let commandsPerSecond, commandsPerSecond < 1 { throw ValidationError("one command a second is the least") }
        if let bytesPerSecond, bytesPerSecond.bytes < 1 { throw ValidationError("one byte a second is the least") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(plan)
        let settings = settings(plan)
        let checkpoint = try checkpoint.map { path throws(ExitStatus) in
            try context.openCheckpoint(path, plan, writesDifferences: differences != nil)
        }
        let file = try differences.map { path throws(ExitStatus) in
            try context.openDifferences(path, goingOnAt: checkpoint.map { $0.differences ?? 0 })
        }
        let servers = try context.servers(of: plan)
        var outcome = await compare(servers, settings, checkpoint, file, context)
        await servers.close()
        if let file { outcome = outcome.completing(file) }
        if outcome.isComplete { checkpoint?.remove() }
        let resumption = checkpoint.flatMap { $0.isThere && !outcome.isComplete ? $0.path : nil }
        let verdict = ComparisonVerdict(plan, settings, outcome, checkpoint: resumption)
        switch format {
        case .json: context.output(JSONText.of(verdict))
        case .text: verdict.show(context)
        }
        return outcome.status
    }

    /// Without a limit on the command line, the limit of the plan's first comparison holds.
    private func settings(_ plan: Plan) -> KeyComparison.Settings {
        var rate = plan.comparisonRate
        if commandsPerSecond != nil || bytesPerSecond != nil {
            rate = ComparisonRate(commands: commandsPerSecond, bytes: bytesPerSecond)
        }
        return KeyComparison.Settings(
            scope: sample.map { .sample(keys: $0) } ?? .full, examples: examples, rate: rate,
            showsValues: true)
    }

    /// A comparison changes nothing, so the first Ctrl-C ends it at once.
    private func compare(
        _ servers: Servers, _ settings: KeyComparison.Settings, _ checkpoint: ComparisonCheckpointFile?,
        _ file: DifferencesFile?, _ context: CommandContext
    ) async -> ComparisonOutcome {
        let view = ComparisonView(context)
        let cutover = await cutover(servers.plan)
        let latest = LatestComparison()
        var keep: (@Sendable (StateValue) -> Void)?
        if let checkpoint { keep = { checkpoint.keep($0, file) } }
        let task = Task { [keep] in
            let comparison = try await KeyComparison(servers, settings, since: cutover)
            latest.note(leader: comparison.leader)
            return try await comparison.run(
                ask: { try checkpoint?.check() }, from: checkpoint?.mark, begunAnew: { try file?.restart() },
                note: { progress, words in
                    latest.note(progress)
                    view.show(words)
                }, keep: keep, found: { try file?.write($0) })
        }
        let signals = Signals(of: context) { _ in task.cancel() }
        let result = await task.result
        view.close()
        return withExtendedLifetime(signals) { outcome(result, latest.summary(settings.scope)) }
    }

    /// What the record knows of a cutover by this plan.
    private func cutover(_ plan: Plan) async -> StateValue? {
        guard let state = try? await record.store(forPlan: self.plan).read(), state.planName == plan.name else {
            return nil
        }
        let node = plan.firstStep(of: .failover).flatMap { state[NodeID(step: $0.id)] }
        return node?.status == .succeeded ? node?.result?.memo : nil
    }

    private func outcome(
        _ result: Result<ComparisonSummary, any Error>, _ until: ComparisonSummary
    ) -> ComparisonOutcome {
        switch result {
        case .success(let summary): .ended(summary)
        case .failure(is CancellationError): .stopped(until)
        case .failure(let failure as StepFailure): .failed(failure, until)
        case .failure(let error): .failed(.unexpected(error), until)
        }
    }
}

extension Plan {
    fileprivate var comparisonRate: ComparisonRate? {
        for step in steps { if case .verify(let verify) = step.kind, let rate = verify.rate { return rate } }
        return nil
    }
}
