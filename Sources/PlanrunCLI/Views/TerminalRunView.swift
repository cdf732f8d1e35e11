import Execution
import Synchronization

/// Shows a run on a terminal: lines about what ended scroll up, and lines about what runs now are redrawn below them.
final class TerminalRunView: RunView {
    private struct State {
        /// The nodes that run now, in the order in which they began, each with what is drawn about it.
        var running: [(node: String, text: String)] = []
        /// The number of columns of each line that is drawn: on a terminal that was made narrower such a line takes several
        /// rows.
        var drawn: [Int] = []
        var checks = PassedChecks()
        /// Whether a question waits for an answer, with the cursor behind it.
        var isAsking = false
    }

    private let terminal: CommandContext.Terminal
    private let isBehind: @Sendable () -> Bool
    private let style: Style
    private let lines: RunLines
    private let state = Mutex(State())
    /// A preflight runs more checks at a time than anybody reads; the others are only counted.
    private static let shownAtOnce = 4

    init(terminal: CommandContext.Terminal, isBehind: @escaping @Sendable () -> Bool = { false }) {
        self.terminal = terminal
        self.isBehind = isBehind
        style = Style(isColored: terminal.isColored)
        lines = RunLines(isColored: terminal.isColored)
    }

    /// The terminal echoes `^C`, which must not make a full line wrap.
    private var width: Int { max(20, terminal.width - 3) }

    func receive(_ event: RunEvent) {
        state.withLock { state in
            note(event, &state)
            // Progress is not drawn while the terminal stands still. Once it goes on, the next event draws it.
            if event.isProgress, isBehind() { return }
            show(state.checks.receive(event), &state)
        }
    }

    func note(_ sentence: String) {
        state.withLock { state in
            erase(&state)
            if state.isAsking { terminal.write("\n") }
            terminal.write(sentence.wrapped(width: width, indent: 2) + "\n")
            draw(&state)
        }
    }

    func ask(_ question: String) {
        state.withLock { state in
            erase(&state)
            if state.isAsking { terminal.write("\n") }
            state.isAsking = true
            terminal.write(question.wrapped(width: width))
        }
    }

    func close() {
        state.withLock { state in
            state.running = []
            show(state.checks.rest(), &state)
        }
    }

    private func show(_ items: [PassedChecks.Item], _ state: inout State) {
        let lines = items.compactMap(permanentLine)
        if state.isAsking, lines.isEmpty { return }
        state.isAsking = false
        erase(&state)
        for line in lines { terminal.write(line.wrapped(width: width, indent: 13) + "\n") }
        draw(&state)
    }

    private func permanentLine(_ item: PassedChecks.Item) -> String? {
        guard case .event(let event) = item else { return lines.line(item) }
        return event.isProgress ? nil : lines.line(event)
    }

    private func note(_ event: RunEvent, _ state: inout State) {
        let (node, step): (String, RunEvent.StepEvent)
        switch event.kind {
        case .step(let id, _, let event): (node, step) = ("\(id)", event)
        case .undo(let id, _, let event): (node, step) = ("undo \(id)", event)
        case .runStarted, .runDraining, .runCancelling, .runFinished, .rollbackStarted, .rollbackFinished: return
        }
        let text: String?
        switch step {
        case .finding: return
        case .started: text = "running"
        case .progress(let progress): text = bar(progress) + lines.waiting(progress)
        case .retrying(let failure, let after): text = RunLines.retrying(failure, after)
        case .succeeded, .warned, .failed, .paused, .interrupted, .kept: text = nil
        }
        let position = state.running.firstIndex { $0.node == node }
        switch (text, position) {
        case (let text?, let position?): state.running[position].text = text
        case (let text?, nil): state.running.append((node, text))
        case (nil, let position?): state.running.remove(at: position)
        case (nil, nil): break
        }
    }

    private func bar(_ progress: Progress) -> String {
        guard let fraction = progress.fraction else { return "" }
        let filled = fraction.isFinite ? Int(min(max(0, fraction), 1) * 12) : 0
        return "[" + String(repeating: "#", count: filled) + String(repeating: " ", count: 12 - filled) + "] "
    }

    private func draw(_ state: inout State) {
        let shown = state.running.prefix(Self.shownAtOnce)
        let mark = Mark.goingOn.text(style)
        // A wait says more than fits into a line; of many things at once a line each is enough.
        let limit = shown.count > 2 ? 1 : 3
        var lines = shown.flatMap { node, text in
            "\(Mark.goingOn.rawValue) \(node): \(text)".wrapped(width: width, indent: 3, lines: limit)
        }
        if state.running.count > shown.count { lines.append(".. and \(state.running.count - shown.count) more") }
        state.drawn = lines.map(\.count)
        for line in lines {
            terminal.write(line.hasPrefix("..") ? mark + line.dropFirst(2) + "\n" : line + "\n")
        }
    }

    private func erase(_ state: inout State) {
        let width = max(1, terminal.width)
        let rows = state.drawn.map { max(1, ($0 + width - 1) / width) }.reduce(0, +)
        // Moves the cursor up, and clears to the end of the screen.
        if rows > 0 { terminal.write("\u{1B}[\(rows)A\r\u{1B}[0J") }
        state.drawn = []
    }
}
