import PlanModel
import RESP
import Synchronization
import Values

/// Holds back what a comparison asks of one server, by the limit of the plan or, without one, by the server's latency.
final class ServerGate: Sendable {
    private struct State {
        var courtesy: Courtesy
        var limit: RateLimit
        /// When the server may be asked again for the sake of courtesy.
        var rested = Duration.zero
        var received: Int64 = 0
        /// Whether somebody probes the server. Nobody waits for a probe that is not there.
        var isProbed = false
    }

    private static let patience = Duration.seconds(5)

    private let clock: any Clock<Duration>
    private let watch: Stopwatch
    private let state: Mutex<State>

    init(_ clock: any Clock<Duration>, rate: ComparisonRate?) {
        self.clock = clock
        watch = Stopwatch(clock)
        state = Mutex(
            State(
                courtesy: Courtesy(adapts: rate == nil),
                limit: RateLimit(commands: rate?.commands, bytes: rate?.bytes?.bytes)))
    }

    /// The bytes that have come from the server.
    var received: Int64 { state.withLock { $0.received } }

    /// The probe's round trips; `nil` where there were too few.
    var latency: ProbedLatency? {
        state.withLock { state in
            guard let alone = state.courtesy.alone, let together = state.courtesy.together else { return nil }
            return ProbedLatency(before: alone, during: together)
        }
    }

    /// Returns when the server may be asked; at once in a task that is cancelled.
    func admit() async {
        while !Task.isCancelled, let pause = pause() { try? await clock.sleep(for: pause) }
    }

    private func pause() -> Duration? {
        let now = watch.elapsed
        return state.withLock { state in
            if state.isProbed, state.courtesy.isAlone { return Courtesy.pace.alone }
            let pause = max(state.limit.pause(at: now), state.rested - now)
            // Long pauses come in pieces, so that a comparison that is stopped does not wait for their end.
            return pause > .zero ? min(pause, .milliseconds(100)) : nil
        }
    }

    func now() -> Duration { watch.elapsed }

    /// Takes what was asked.
    /// - Parameter began: when it was sent.
    func spent(commands: Int, bytes: Int, since began: Duration) {
        let now = watch.elapsed
        state.withLock { state in
            state.received += Int64(bytes)
            state.limit.spent(commands: commands, bytes: bytes, at: now)
            state.rested = now + (now - began) * (1 / state.courtesy.share - 1)
        }
    }

    /// Probes the server until the task is cancelled.
    /// - Parameter session: nobody else uses it.
    func probe(over session: any CommandSession) async {
        state.withLock { $0.isProbed = true }
        while !Task.isCancelled {
            let began = watch.elapsed
            let reply = try? await session.send(["PING"], timeout: Self.patience)
            let trip = watch.elapsed - began
            let isAlone = state.withLock { state in
                if reply == nil { state.courtesy.gaveUp() } else { state.courtesy.probed(trip) }
                // A server that does not answer the probe holds nobody up.
                state.isProbed = reply != nil
                return state.courtesy.isAlone
            }
            try? await clock.sleep(for: isAlone ? Courtesy.pace.alone : Courtesy.pace.together)
        }
        state.withLock { $0.isProbed = false }
    }
}

/// How long a server took to answer a probe: means of round trips, without the slowest.
package struct ProbedLatency: Sendable, Equatable {
    package let before: Duration
    package let during: Duration
}
