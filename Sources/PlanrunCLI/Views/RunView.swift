import Execution

/// Shows a run while it happens. Called from one task, one event after the other.
protocol RunView: Sendable {
    func receive(_ event: RunEvent)
    /// Prints a question and leaves the cursor behind it.
    func ask(_ question: String)
    /// Nothing more comes; what is drawn becomes final.
    func close()
}

/// One JSON event a line.
struct JSONRunView: RunView {
    let context: CommandContext

    func receive(_ event: RunEvent) { context.output(event.json) }
    func ask(_ question: String) { context.message(question) }
    func close() {}
}

/// A line for everything that ended, and one for each new thing that is waited for: for pipes and logs.
final class PlainRunView: RunView {
    private let context: CommandContext
    private let lines = RunLines(isColored: false)
    /// What each node was last said to wait for, so that a log does not repeat it several times a second.
    private let waits = NodeActivities()

    init(context: CommandContext) {
        self.context = context
    }

    func receive(_ event: RunEvent) {
        if case .step(let node, _, .progress(let progress)) = event.kind, !waits.isNew(node, progress.activity) {
            return
        }
        if case .undo(let node, _, .progress(let progress)) = event.kind, !waits.isNew(node, progress.activity) {
            return
        }
        if let line = lines.line(event) { context.output(line) }
    }

    func ask(_ question: String) { context.message(question) }
    func close() {}
}
