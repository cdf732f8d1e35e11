import Execution
import PlanModel
import RESP
import RedisTopology

/// A `CLIENT PAUSE … WRITE` on the primary, and the proof that it held without interruption.
///
/// The server counts from when the command arrives, so a pause that we sent at `t` lasts at least until `t + length`; one
/// that is renewed and answered before then never ended in between.
struct WritePause {
    private let primary: Server
    private let length: Duration
    /// How long writes may be held back in all: past the smallest `down-after-milliseconds` the Sentinels, whose PING waits
    /// behind a held PUBLISH, take the primary for down.
    private let longest: Duration
    private let watch: Stopwatch
    private var certainUntil: Duration = .zero

    init(on primary: Server, length: Duration, longest: Duration, clock: any Clock<Duration>) {
        self.primary = primary
        self.length = length
        self.longest = longest
        watch = Stopwatch(clock)
    }

    /// Since the pause began.
    var elapsed: Duration { watch.elapsed }
    /// Whether it was begun here: one of an earlier attempt was not measured by us.
    var hasBegun: Bool { certainUntil > .zero }
    var isCertain: Bool { elapsed < certainUntil }
    var remaining: Duration { certainUntil - elapsed }

    /// Begins the pause and returns the primary's offset, sampled after it: what the replica has to reach.
    mutating func begin() async throws(StepFailure) -> Int64? {
        let commands: [Command] = [pause(for: length), ["INFO", "replication"]]
        let replies = try await primary.replies(to: commands, timeout: length)
        if case .error(let error) = replies[0] { throw primary.refusal(of: commands[0], error) }
        certainUntil = length
        do {
            return try ReplicationInfo(replies[1]).offset
        } catch {
            throw StepFailure(code: "unexpected-reply", what: "\(primary.name): \(error)", place: [primary.name])
        }
    }

    /// Lengthens the pause as far as the limit allows.
    /// - Returns: whether writes were held back without interruption until now, and are for some time to come.
    mutating func renew() async -> Bool {
        let sent = elapsed
        let extended = min(length, longest - sent)
        // A second pause can only lengthen the first.
        if sent + extended > certainUntil,
            let reply = try? await primary.replies(to: [pause(for: extended)], timeout: remaining)[0],
            reply.string == "OK", isCertain
        {
            certainUntil = sent + extended
        }
        return isCertain
    }

    private func pause(for length: Duration) -> Command {
        let (seconds, attoseconds) = length.components
        return ["CLIENT", "PAUSE", String(seconds * 1000 + attoseconds / 1_000_000_000_000_000), "WRITE"]
    }
}
