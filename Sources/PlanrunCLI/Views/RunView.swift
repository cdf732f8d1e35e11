import Execution
import PlanGraph
import Synchronization

/// Shows a run while it happens. Called from one task, one event after the other, which is the task that decides what the
/// run does next: what is printed goes to an `Outlet`, which somebody reads or not. Where nobody does, progress is left out,
/// and the rest waits.
protocol RunView: Sendable {
    func receive(_ event: RunEvent)
    /// A sentence that is no event: the answer to Ctrl-C. Comes from any thread.
    func note(_ sentence: String)
    /// Prints a question and leaves the cursor behind it.
    func ask(_ question: String)
    /// Nothing more comes; what is drawn becomes final.
    func close()
}

/// One JSON event a line.
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

/// A line for everything that ended (many checks that passed are one), and for waits one each time something else is waited for and every half minute: for
/// pipes and logs.
final class PlainRunView: RunView {
    private let context: CommandContext
    private let lines = RunLines(isColored: false)
    private let checks = Mutex(PassedChecks())
    /// What each node was last said to wait for, so that a log does not repeat it several times a second.
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

/// The waits that were last given a line.
final class ShownWaits: Sendable {
    private let shown = Mutex<[NodeID: (activity: String, at: Timestamp)]>([:])

    /// Notes it if it is.
    func isWorthALine(_ node: NodeID, _ activity: String, at now: Timestamp) -> Bool {
        shown.withLock { shown in
            // A clock that was set back would otherwise silence the wait until it has caught up.
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
