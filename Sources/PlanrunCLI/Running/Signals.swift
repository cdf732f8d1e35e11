import Dispatch
import Glibc
import Synchronization

/// Counts Ctrl-C, SIGTERM and the closing of the terminal.
final class Signals: Sendable {
    private let count: Counter
    private let subscription: any Sendable

    /// A reader of standard output that goes away must not kill the process in the middle of a cutover.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// From now on, each signal that `ProcessSignals` listened to ends the process at once, which is the default.
    static func endProcess() {
        for number in ProcessSignals.numbers { signal(number, SIG_DFL) }
    }

    /// Whether at least one signal came.
    var isDraining: Bool { count.value.load(ordering: .relaxed) > 0 }

    /// - Parameter handle: called with 1 for the first signal, 2 for the second, ….
    init(of context: CommandContext, handle: @escaping @Sendable (Int) -> Void) {
        let count = Counter()
        self.count = count
        subscription = context.onSignal { handle(count.value.add(1, ordering: .relaxed).newValue) }
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }
}

/// Listens to the signals of this process until it is released.
///
/// When a terminal closes, the shell and the kernel both send SIGHUP, one after the other. The second would count as a
/// demand to hurry, which nobody made; so SIGHUP counts only if no other signal came before.
final class ProcessSignals: Sendable {
    private let sources: Sources

    /// The signals that are listened to. `nohup` starts a process with SIGHUP ignored, and it stays ignored.
    static let numbers = [SIGINT, SIGTERM] + (ignoresHangUp ? [] : [SIGHUP])

    private static var ignoresHangUp: Bool {
        var present = sigaction()
        sigaction(SIGHUP, nil, &present)
        // Functions cannot be compared in Swift; SIG_IGN is the address 1.
        return unsafeBitCast(present.__sigaction_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    init(handle: @escaping @Sendable () -> Void) {
        let first = First()
        sources = Sources(
            all: Self.numbers.map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { if first.take() || number != SIGHUP { handle() } }
                source.resume()
                return source
            })
    }

    private final class First: Sendable {
        private let isTaken = Atomic(false)

        /// Whether this is the first call.
        func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
    }

    deinit {
        for source in sources.all { source.cancel() }
    }

    /// Sendable, because the array of sources never changes after `init`. All that happens to a source later is that
    /// `deinit` cancels it, which any thread may do.
    private struct Sources: @unchecked Sendable {
        let all: [any DispatchSourceSignal]
    }
}

/// Ends the process at once. The kernel releases the lock of the run.
func exitProcess(_ status: ExitStatus) -> Never { exit(status.rawValue) }
