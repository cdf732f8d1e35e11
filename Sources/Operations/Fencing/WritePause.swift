import Execution
import PlanModel
import RESP
import RedisTopology

/// A `CLIENT PAUSE … WRITE` on the primary, with the proof that it held without interruption.
///
/// The server counts the time from when the command arrives. So a pause that was sent at `t` lasts at least until `t +
/// length`. If the reply to a renewal comes before that, the pause has not ended in between.
struct WritePause {
    static let rights: [Right] = [.clientPause, .clientUnpause]

    private let primary: Server
    private let length: Duration
    /// How long writes may be held back in all. While the pause holds back a Sentinel's PUBLISH, its PING waits as
    /// well, and after `down-after-milliseconds` the Sentinel would consider the primary down.
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

    /// The time since the pause began.
    var elapsed: Duration { hasBegun ? watch.elapsed : .zero }
    /// How long writes have certainly been held back.
    var held: Duration { min(elapsed, certainUntil) }
    var isCertain: Bool { elapsed < certainUntil }
    var remaining: Duration { max(.zero, certainUntil - elapsed) }

    /// Begins the pause or lengthens it, then reads the primary's offset. A replica that reaches this offset before
    /// `remaining` is over has every acknowledged write, even if an earlier pause had ended in between.
    /// - Returns: the offset; `nil` from a Dragonfly, which shows none while it is a primary.
    /// - Throws: `StepFailure` if writes may not be held back any longer, or if the primary refuses or does not answer.
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

    /// Lengthens a pause that still holds, but not beyond the limit.
    /// - Returns: whether writes have been held back without interruption until now, and still are.
    @discardableResult
    mutating func renew() async -> Bool {
        let sent = elapsed
        let extended = min(length, longest - sent)
        // A renewal proves something only if the first pause is still on. If it has ended, writes may have come in
        // between.
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

    private func pause(for length: Duration) -> Command { Command(Self.words(for: length)) }

    static func words(for length: Duration) -> [String] {
        let (seconds, attoseconds) = length.components
        return ["CLIENT", "PAUSE", String(seconds * 1000 + attoseconds / 1_000_000_000_000_000), "WRITE"]
    }
}
