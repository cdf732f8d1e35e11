import Dispatch
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM, counted.
final class Signals: Sendable {
    private let count: Counter
    private let subscription: any Sendable

    /// A reader that goes away must not kill us in the middle of a cutover.
    static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// From now on Ctrl-C and SIGTERM end the process, as they do where nobody listens.
    static func endProcess() {
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    /// Whether there was at least one.
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

/// Listens to the signals of this process, until it is let go.
final class ProcessSignals: Sendable {
    private let sources: Sources

    init(handle: @escaping @Sendable () -> Void) {
        sources = Sources(
            all: [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { handle() }
                source.resume()
                return source
            })
    }

    deinit {
        for source in sources.all { source.cancel() }
    }

    /// Sendable, because after they are made the sources are only kept and, once, cancelled, which any thread may do.
    private struct Sources: @unchecked Sendable {
        let all: [any DispatchSourceSignal]
    }
}

/// Ends the process at once; the kernel gives back the run's lock.
func exitProcess(_ status: ExitStatus) -> Never { exit(status.rawValue) }
