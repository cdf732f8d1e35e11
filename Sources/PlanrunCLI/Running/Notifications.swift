import Execution
import Hooks
import Notifying
import Operations
import PlanModel

/// Tells the receivers of a plan what happens in one call of planrun, and at its end says at the terminal what they were
/// not told.
struct Notifications: Sendable {
    private let plan: Plan
    private let context: CommandContext
    private let notifier: Notifier

    /// How long a person who has asked planrun to stop waits for what is on the way.
    private static let patienceOfAPerson = Duration.seconds(3)
    /// A wait that is shorter needs no line.
    private static let silence = Duration.seconds(1)

    /// - Parameters:
    ///   - lineage: names the run, as its record does.
    ///   - environment: the variables of this process.
    init(_ plan: Plan, lineage: String, environment: [String: String], _ context: CommandContext) {
        self.plan = plan
        self.context = context
        notifier = Notifier(
            plan, environment: environment,
            hooks: PlanHooks(plan, lineage: lineage, environment: environment, results: { "" }))
    }

    func observed(_ view: any RunView) -> any RunView {
        plan.receivers.isEmpty ? view : NotifyingRunView(view: view, notifier: notifier)
    }

    /// Says who cannot be told as things are. The run goes on all the same.
    func tellWarnings() {
        for warning in notifier.warnings() { context.tell("note: \(warning)") }
    }

    /// Called once nothing happens any more, and nobody is kept from the servers.
    /// - Parameter isHurried: whether a person has asked planrun to stop.
    func close(isHurried: Bool) async {
        guard !plan.receivers.isEmpty else { return }
        let bound = isHurried ? Self.patienceOfAPerson : context.patience
        let closing = Task { [notifier] in await notifier.close(within: bound) }
        let signals = Signals(of: context) { _ in closing.cancel() }
        let saying = Task { [context, notifier] in
            try await Task.sleep(for: Self.silence)
            let waiting = notifier.waiting
            guard !waiting.isEmpty else { return }
            let names = waiting.map { "'\($0)'" }.joined(separator: ", ")
            context.tell(
                "waiting until \(names) \(waiting.count == 1 ? "knows" : "know") how this ended, for \((bound - Self.silence).short) at most (Ctrl-C: no longer)"
            )
        }
        let undelivered = await closing.value
        saying.cancel()
        withExtendedLifetime(signals) {}
        for entry in undelivered {
            context.tell(
                "note: '\(entry.receiver)' was not told of \(entry.count) of \(entry.total.counted("event", "events")): \(entry.problem)"
            )
        }
    }
}

/// Hands every event to the notifier before it is shown.
private struct NotifyingRunView: RunView {
    let view: any RunView
    let notifier: Notifier

    func receive(_ event: RunEvent) {
        notifier.receive(event)
        view.receive(event)
    }

    func note(_ sentence: String) { view.note(sentence) }
    func ask(_ question: String) { view.ask(question) }
    func close() { view.close() }
}
