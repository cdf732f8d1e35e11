import NIOCore
import RESP

/// What is known of the time since a cutover, when the source no longer takes writes and the target does: a key that
/// differs may have been written to since, which is no difference.
package struct Aftermath: Sendable {
    /// When the target was promoted, in milliseconds since 1970 by its own clock; `nil` where nobody knows.
    private let promotedAt: Int64?
    /// Whether the target's idle times can be relied on. While a server has a child process it does not note the use of
    /// keys.
    let tellsIdleTimes: Bool

    /// A server counts idle time in steps of up to ten seconds.
    private static let inaccuracy: Int64 = 20_000

    package init(promotedAt: Int64?, tellsIdleTimes: Bool) {
        self.promotedAt = promotedAt
        self.tellsIdleTimes = tellsIdleTimes
    }

    enum Verdict: Equatable {
        /// The key was not touched since the promotion: it differed before.
        case difference
        case changedSince
        case unknown
    }

    /// - Parameters:
    ///   - idle: for how long nobody has used the key on the target, in milliseconds; `nil` where it does not say.
    ///   - lastID: the last id of a stream on the target.
    ///   - now: the target's clock.
    func verdict(idle: Int64?, lastID: String?, now: Int64) -> Verdict {
        guard let promotedAt else { return .unknown }
        if let time = lastID.flatMap({ Int64($0.prefix { $0 != "-" }) }), time > promotedAt, time <= now {
            return .changedSince
        }
        guard tellsIdleTimes, let idle, now - idle + Self.inaccuracy < promotedAt else { return .unknown }
        return .difference
    }
}

extension ServerReader {
    /// What became of a key since the cutover, asked of the target.
    func verdict(_ aftermath: Aftermath, _ database: Int, _ key: ByteBuffer, isStream: Bool) async throws
        -> Aftermath.Verdict
    {
        func command(_ words: String...) -> Command { Command(arguments: words.map { ByteBuffer(string: $0) } + [key]) }
        var commands = [Command(["SELECT", "\(database)"]), Command(["TIME"])]
        commands.append(isStream ? command("XINFO", "STREAM") : Command(["TIME"]))
        // A server that does not know the command would count it among its errors.
        if aftermath.tellsIdleTimes { commands.append(command("OBJECT", "IDLETIME")) }
        let replies = try await session.pipeline(commands, timeout: Self.patience)
        let time = (replies[1].array ?? []).compactMap { $0.string.flatMap { Int64($0) } ?? $0.integer }
        guard time.count == 2 else { return .unknown }
        var idle: Int64?
        if aftermath.tellsIdleTimes, case .integer(let seconds) = replies[3] { idle = seconds &* 1_000 }
        let fields = isStream ? replies[2].array ?? [] : []
        let place = fields.firstIndex { $0.string == "last-generated-id" }.map { $0 + 1 }
        let lastID = place.flatMap { fields.indices.contains($0) ? fields[$0].string : nil }
        return aftermath.verdict(idle: idle, lastID: lastID, now: time[0] &* 1_000 &+ time[1] / 1_000)
    }
}
