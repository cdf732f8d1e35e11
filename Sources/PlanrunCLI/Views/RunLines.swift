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
        case .group(let group, let at):
            style.color(.gray, time(at)) + " "
                + mark(group.mark, group.step, group.text + (group.took.map { time($0) } ?? Self.earlier))
        }
    }

    private func text(_ event: RunEvent) -> String? {
        switch event.kind {
        case .runStarted(let info):
            (info.isResumed ? "going on with" : "carrying out")
                + " '\(info.planName)': \(info.nodes.counted("step", "checks and steps"))"
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
        case .progress(let progress): mark(.goingOn, node, waiting(progress))
        case .finding(let text): mark(.warning, node, text)
        case .succeeded(let result, let took, let unchanged):
            mark(.ok, node, (unchanged ?? result.summary) + time(took)) + moments(result)
        case .warned(let result, let took):
            ([mark(.warning, node, result.summary + time(took)) + moments(result)]
                + result.help.map { "             = help: \($0)" }).joined(separator: "\n")
        case .failed(let failure, let took): mark(.failed, node, failure.sentence + time(took))
        case .retrying(let failure, let after): mark(.goingOn, node, Self.retrying(failure, after))
        case .paused(let failure): mark(.waiting, node, failure.what)
        case .interrupted: mark(.stopped, node, "before it had ended")
        case .kept(let result?): mark(.ok, node, result.summary + Self.earlier)
        // A question whether to do what has happened meanwhile.
        case .kept(nil): mark(.ok, node, "not asked any more, because the cutover has happened")
        }
    }

    /// The moments of a handover, in a line of their own. They are told only now: what is printed in the middle of it
    /// could make it longer.
    private func moments(_ result: StepResult) -> String {
        let moments = HandoverMoment.among(result.facts)
        guard !moments.isEmpty else { return "" }
        let list = moments.map { "\($0.name) after \($0.milliseconds) ms" }.joined(separator: ", ")
        return "\n             " + style.color(.gray, list)
    }

    /// Of what was done by an earlier call of planrun.
    private static let earlier = " (done earlier)"

    static func retrying(_ failure: StepFailure, _ after: Duration) -> String {
        "\(failure.sentence); trying again in \(after.short)"
    }

    private func mark(_ mark: Mark, _ node: String, _ text: String) -> String {
        "\(mark.text(style)) \(node): \(text)"
    }

    private func time(_ duration: Duration) -> String { style.color(.gray, " (\(duration.short))") }

    /// For example `waiting for the full sync: 34 %, 412 MiB of 1.2 GiB, 38 MiB/s, 21 s left; wanted: …; gives up in 1 h
    /// 58 min`. How far it is comes first, because that is what a person looks for.
    func waiting(_ progress: Progress) -> String {
        let percent = progress.fraction.flatMap { $0.isFinite ? "\(Int(min(max(0, $0), 1) * 100)) %" : nil }
        let left = progress.remaining.map { "\($0.short) left" }
        let now = [percent, progress.now.isEmpty ? nil : progress.now, left].compactMap(\.self)
        var text = "waiting for \(progress.activity)"
        if !now.isEmpty { text += ": " + now.joined(separator: ", ") }
        if !progress.wanted.isEmpty { text += "; wanted: \(progress.wanted)" }
        if let rest = progress.untilTimeout { text += "; gives up in \(rest.short)" }
        return text
    }
}
