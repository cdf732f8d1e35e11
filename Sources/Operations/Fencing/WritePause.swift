import Execution
import PlanModel
import RESP
import RedisTopology

/// A `CLIENT PAUSE … WRITE` on the primary, and the proof that it held without interruption.
///
/// The server counts from when the command arrives, so a pause that we sent at `t` lasts at least until `t + length`; one
/// that is renewed and answered before then never ended in between.
struct WritePause {
    /// With what ends it, together with the connections that it holds.
    static let rights: [Right] = [.clientPause, .clientUnpause, .multi, .clientKill, .exec]

    private let primary: Server
    private let length: Duration
    /// How long writes may be held back in all: past the smallest `down-after-milliseconds` the Sentinels, whose PING waits
    /// behind a held PUBLISH, take the primary for down.
    private let longest: Duration
    private let clock: any Clock<Duration>
    private var watch: Stopwatch
    private var certainUntil: Duration = .zero
    private(set) var hasBegun = false

    init(on primary: Server, length: Duration, longest: Duration, clock: any Clock<Duration>) {
        self.primary = primary
        self.length = length
        self.longest = longest
        self.clock = clock
        watch = Stopwatch(clock)
    }

    /// Since the pause began.
    var elapsed: Duration { hasBegun ? watch.elapsed : .zero }
    var isCertain: Bool { elapsed < certainUntil }
    var remaining: Duration { max(.zero, certainUntil - elapsed) }

    /// Begins the pause, or holds on to it, and returns the primary's offset, sampled after that: a replica that reaches
    /// it has every write that was acknowledged, whatever became of an earlier pause, until `remaining` is over. `nil` from
    /// a Dragonfly, which tells none as a primary.
    mutating func hold() async throws(StepFailure) -> Int64? {
        if !hasBegun {
            watch = Stopwatch(clock)
            hasBegun = true
        }
        let sent = elapsed
        let extended = min(length, longest - sent)
        guard extended > .zero else { throw ended() }
        let commands: [Command] = [pause(for: extended), ["INFO", "replication"]]
        let replies = try await primary.replies(to: commands, timeout: extended)
        if case .error(let error) = replies[0] { throw primary.refusal(of: commands[0], error) }
        certainUntil = max(certainUntil, sent + extended)
        do {
            return try ReplicationInfo(replies[1]).offset
        } catch {
            throw StepFailure(code: .unexpectedReply, what: "\(primary.name): \(error)", place: [primary.name])
        }
    }

    /// Lengthens a pause that still holds, as far as the limit allows.
    /// - Returns: whether writes were held back without interruption until now, and are for some time to come.
    @discardableResult
    mutating func renew() async -> Bool {
        let sent = elapsed
        let extended = min(length, longest - sent)
        // A second pause can only lengthen the first; where the first has ended there is nothing to lengthen.
        if isCertain, sent + extended > certainUntil,
            let reply = try? await primary.replies(to: [pause(for: extended)], timeout: remaining)[0],
            reply.string == "OK", isCertain
        {
            certainUntil = sent + extended
        }
        return isCertain
    }

    func ended() -> StepFailure {
        StepFailure(
            code: .pauseEnded, what: "the write pause ended before the promotion could begin",
            place: [primary.name], isTransient: true)
    }

    private func pause(for length: Duration) -> Command {
        let (seconds, attoseconds) = length.components
        return ["CLIENT", "PAUSE", String(seconds * 1000 + attoseconds / 1_000_000_000_000_000), "WRITE"]
    }
}
