import Execution
import PlanGraph
import Synchronization

/// Shows a run while it happens.
///
/// It is called by the task that decides what the run does next, with one event after the other. So a view must never
/// wait: it prints to an `Outlet`. If nobody reads the outlet, progress is left out, and everything else is kept until
/// somebody does.
protocol RunView: Sendable {
    func receive(_ event: RunEvent)
    /// Shows a sentence that is not an event, such as the answer to Ctrl-C. Any thread may call it.
    func note(_ sentence: String)
    /// Prints a question and leaves the cursor behind it.
    func ask(_ question: String)
    /// Called after the last event. What is drawn stays on the screen.
    func close()
}

/// Prints one JSON event a line.
struct JSONRunView: RunView {
    let context: CommandContext

    func receive(_ event: RunEvent) {
        if event.isProgress, context.isBehind() { return }
        context.output(event.json)
    }
    func note(_ sentence: String) { context.tell(sentence) }
    func ask(_ question: String) { context.message(question) }
    func close() {}
}

/// Prints lines for pipes and logs. Each node that ended gets a line, except that many passed checks share one. A node
/// that waits gets a line whenever the reason for its wait changes, and otherwise every half minute.
final class PlainRunView: RunView {
    private let context: CommandContext
    private let lines = RunLines(isColored: false)
    private let checks = Mutex(PassedChecks())
    /// The wait that was last printed for each node, so that a log does not repeat it several times a second.
    private let waits = ShownWaits()

    init(context: CommandContext) {
        self.context = context
    }

    func receive(_ event: RunEvent) {
        switch event.kind {
        case .step(let node, _, .progress(let progress)), .undo(let node, _, .progress(let progress)):
            if context.isBehind() { return }
            guard waits.isWorthALine(node, progress.activity, at: event.at) else { return }
        case .step, .undo, .runStarted, .runDraining, .runCancelling, .runFinished, .rollbackStarted, .rollbackFinished:
            break
        }
        show(checks.withLock { $0.receive(event) })
    }

    func note(_ sentence: String) { context.tell(sentence) }
    func ask(_ question: String) { context.message(question) }
    func close() { show(checks.withLock { $0.rest() }) }

    private func show(_ items: [PassedChecks.Item]) {
        for line in items.compactMap(lines.line) { context.output(line) }
    }
}

/// Remembers for each node of the graph what its last printed line said it waits for, and when that was printed.
final class ShownWaits: Sendable {
    private let shown = Mutex<[NodeID: (activity: String, at: Timestamp)]>([:])

    /// Whether the wait deserves a line now. If so, it is remembered as shown.
    func isWorthALine(_ node: NodeID, _ activity: String, at now: Timestamp) -> Bool {
        shown.withLock { shown in
            // Without this comparison, a clock that was set back would silence the wait until the clock has caught up.
            if let last = shown[node], last.activity == activity, last.at <= now,
                last.at.duration(to: now) < .seconds(30)
            {
                return false
            }
            shown[node] = (activity, now)
            return true
        }
    }
}
