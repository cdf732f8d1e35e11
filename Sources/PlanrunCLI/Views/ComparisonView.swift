import Execution
import Synchronization

/// Shows how far a comparison is: a line with a bar that is drawn again and again on a terminal, and a line every few
/// seconds on standard error elsewhere.
final class ComparisonView: Sendable {
    private struct State {
        var shownAt: ContinuousClock.Instant?
        var isDrawn = false
    }

    private static let columnsOfBar = 20

    private let context: CommandContext
    private let state = Mutex(State())

    init(_ context: CommandContext) { self.context = context }

    func show(_ progress: Progress) {
        if context.isBehind() { return }
        state.withLock { state in
            let now = ContinuousClock.now
            let pause: Duration = context.terminal == nil ? .seconds(5) : .milliseconds(200)
            // Nobody needs to hear of a comparison that is over within its first seconds.
            guard let shownAt = state.shownAt, shownAt.duration(to: now) >= pause else {
                if state.shownAt == nil { state.shownAt = now }
                return
            }
            state.shownAt = now
            guard let terminal = context.terminal else { return context.message("comparing: \(Self.words(progress))") }
            // One row: `^C` is echoed behind it, and a line that wraps cannot be erased.
            let line = "\(Self.bar(progress)) \(Self.words(progress))".prefix(max(20, terminal.width - 3))
            terminal.write("\r\u{1B}[K\(line)")
            state.isDrawn = true
        }
    }

    func close() {
        state.withLock { state in
            if state.isDrawn { context.terminal?.write("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }

    private static func words(_ progress: Progress) -> String {
        let percent = progress.fraction.map { "\(Int($0 * 100)) %" }
        let left = progress.remaining.map { "\($0.short) left" }
        return [percent, progress.now, left].compactMap(\.self).joined(separator: ", ")
    }

    private static func bar(_ progress: Progress) -> String {
        let filled = Int((progress.fraction ?? 0) * Double(columnsOfBar))
        return "[" + String(repeating: "#", count: filled) + String(repeating: " ", count: columnsOfBar - filled) + "]"
    }
}
