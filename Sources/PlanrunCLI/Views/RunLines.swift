import Execution
import Operations

/// Puts the events of a run into words, one line for each.
struct RunLines: Sendable {
    private let style: Style

    init(isColored: Bool) {
        style = Style(isColored: isColored)
    }

    /// A line that begins with the time; `nil` for events that need no line. The help of a warning follows in lines
    /// below.
    func line(_ event: RunEvent) -> String? {
        text(event).map { style.color(.gray, time(event.at)) + " " + $0 }
    }

    /// The line for an event, or for several passed checks of one step.
    func line(_ item: PassedChecks.Item) -> String? {
        switch item {
        case .event(let event): line(event)
        case .passed(let group, let at):
            style.color(.gray, time(at)) + " "
                + mark("ok", .green, group.step, group.text + (group.took.map { time($0) } ?? " (from before)"))
        }
    }

    private func text(_ event: RunEvent) -> String? {
        switch event.kind {
        case .runStarted(let info):
            (info.isResumed ? "going on with" : "carrying out") + " '\(info.planName)': \(info.nodes) checks and steps"
        case .rollbackStarted(let info):
            "rolling back '\(info.planName)': \(info.nodes.counted("step", "steps")) to take back"
        case .runDraining, .runCancelling, .runFinished, .rollbackFinished: nil
        case .step(let node, _, let event): line("\(node)", event)
        case .undo(let node, _, let event): line("undo \(node)", event)
        }
    }

    /// The time of day, written as in the state file and the JSON events: `09:30:00Z`.
    private func time(_ moment: Timestamp) -> String { "\(moment)".dropFirst(11).prefix(8) + "Z" }

    private func line(_ node: String, _ event: RunEvent.StepEvent) -> String? {
        switch event {
        case .started: nil
        case .progress(let progress): mark("..", .gray, node, waiting(progress))
        case .succeeded(let result, let took, let unchanged):
            mark("ok", .green, node, summary(result, unchanged) + time(took))
        case .warned(let result, let took):
            ([mark("!!", .yellow, node, result.summary + time(took))]
                + result.help.map { "             = help: \($0)" }).joined(separator: "\n")
        case .failed(let failure, let took): mark("no", .red, node, failure.what + time(took))
        case .retrying(let failure, let after):
            mark("..", .yellow, node, "\(failure.what); trying again in \(after.short)")
        case .paused(let failure): mark("??", .yellow, node, failure.what)
        case .interrupted: mark("--", .yellow, node, "stopped")
        case .kept(let result): mark("ok", .green, node, (result?.summary ?? "done") + " (from before)")
        }
    }

    private func summary(_ result: StepResult, _ unchanged: String?) -> String {
        unchanged ?? result.summary
    }

    private func mark(_ word: String, _ color: Style.Color, _ node: String, _ text: String) -> String {
        "\(style.color(color, word)) \(node): \(text)"
    }

    private func time(_ duration: Duration) -> String { style.color(.gray, " (\(duration.short))") }

    /// For example `the full sync: 412 MiB of 1.2 GiB, 38 MiB/s; wanted: lag of 64KiB at most for 5s; 21 s left`.
    func waiting(_ progress: Progress) -> String {
        var text = "waiting for \(progress.activity)"
        if !progress.now.isEmpty { text += ": \(progress.now)" }
        if !progress.wanted.isEmpty { text += "; wanted: \(progress.wanted)" }
        if let remaining = progress.remaining { text += "; \(remaining.short) left" }
        return text
    }
}
