import RedisTopology
import Values

/// Something worth knowing that a look after the cutover has shown.
struct WatchRemark: Codable, Equatable, Sendable {
    enum Weight: String, Codable, Sendable {
        /// For a person to know.
        case note
        /// The cutover does not hold, or writes are lost or rejected.
        case trouble
    }

    /// What it is about. A later remark is compared with the last one about the same subject.
    var subject: String
    var weight: Weight
    /// A clause for a person.
    var text: String
    /// It is told again only when this changes. It leaves out numbers that change all the time.
    var state: String
    /// How many seconds it has to last before it is told: what passes by itself within a Sentinel's round is none.
    var patience: Double

    /// Whether the source, as the primary again, would not have this trouble. Whatever another server or a person has
    /// done, such as a target that was turned back or a source that was cut off, is not of this kind: going back would
    /// work against them.
    var endsWithReturn: Bool {
        weight == .trouble && (isForLackOfMemory || ["MISCONF", "NOREPLICAS", "errors"].contains(subject))
    }

    /// Whether it ends with a return only if the source may use more memory.
    var isForLackOfMemory: Bool { ["OOM", "evictions"].contains(subject) }
}

/// What the sights are compared with.
struct WatchBasis: Codable, Equatable, Sendable {
    /// Whether the old source followed the target at the first look, and whether it answered.
    var sourceFollowed: Bool
    var sourceAnswered: Bool
    /// What the target had counted at the first look.
    var load: WatchLoad
    /// Errors and evictions a second that the source has had in its life until the cutover; `nil` if it does not tell.
    var errorsBefore: Double?
    var evictionsBefore: Double?
}

extension WatchSight {
    /// A share of `maxmemory` from which on a person should know.
    private static let fullness = 0.9
    /// Below this many bytes, the old source's lag is nothing.
    static let smallLag: Int64 = 1 << 20

    /// - Parameters:
    ///   - rates: what the target counts a second now.
    ///   - elapsed: the seconds since the first look.
    func remarks(_ basis: WatchBasis, _ rates: WatchRates, elapsed: Double, _ names: (source: String, target: String))
        -> [WatchRemark]
    {
        [targetRemark(names.target), sourceRemark(basis, names.source), lagRemark(names.source)].compactMap(\.self)
            + sentinelRemarks(names.target)
            + [
                clientRemark(names.source), errorRemark(basis, rates), evictionRemark(basis, rates, elapsed),
                memoryRemark, slowRemark(basis),
            ].compactMap(\.self)
            + rejectionRemarks(basis, rates)
    }

    private func targetRemark(_ name: String) -> WatchRemark? {
        switch target {
        case .primary: nil
        case .replica(let primary, let culprit):
            WatchRemark(
                subject: "target", weight: .trouble, text: "\(name) was made a replica of \(primary): \(culprit)",
                state: "\(primary)", patience: 0)
        case .silent:
            WatchRemark(
                subject: "target", weight: .trouble, text: "\(name) does not answer", state: "silent", patience: 5)
        }
    }

    private func sourceRemark(_ basis: WatchBasis, _ name: String) -> WatchRemark? {
        func trouble(_ text: String, _ state: String, patience: Double) -> WatchRemark {
            WatchRemark(subject: "source", weight: .trouble, text: text, state: state, patience: patience)
        }
        switch source {
        case .follows(lag: _): return nil
        case .standsAlone:
            guard basis.sourceFollowed else { return nil }
            return trouble("\(name) does not follow the target any more", "alone", patience: 5)
        case .cutOff:
            return trouble(
                "\(name) has no link to the target, so that it falls behind more and more", "cut off", patience: 5)
        case .followsAnother(let primary):
            return trouble("\(name) follows \(primary), which is not the target", "\(primary)", patience: 3)
        case .takesWrites:
            return trouble("\(name) takes writes beside the target, and these will be lost", "writes", patience: 0)
        case .silent:
            guard basis.sourceAnswered else { return nil }
            return trouble("\(name) does not answer", "silent", patience: 5)
        }
    }

    private func lagRemark(_ name: String) -> WatchRemark? {
        guard case .follows(lag: let lag?) = source, lag > Self.smallLag else { return nil }
        return WatchRemark(
            subject: "lag", weight: .note, text: "\(name) is \(ByteCount(bytes: lag).text) behind the target",
            state: Self.step(Double(lag)), patience: 5)
    }

    private func sentinelRemarks(_ target: String) -> [WatchRemark] {
        sentinels.misleading.map { phrase in
            WatchRemark(
                subject: phrase.split(separator: " ").prefix(2).joined(separator: " "), weight: .trouble,
                text: "\(phrase), and not \(target)", state: phrase, patience: 3)
        }
            + sentinels.silent.map { endpoint in
                WatchRemark(
                    subject: "Sentinel \(endpoint)", weight: .note, text: "Sentinel \(endpoint) does not answer",
                    state: "silent", patience: 5)
            }
    }

    private func clientRemark(_ name: String) -> WatchRemark? {
        guard !clients.isEmpty else { return nil }
        let all = clients.sorted { ($0.key.host, $0.key.title) < ($1.key.host, $1.key.title) }
        let shown = all.prefix(5).map { client, count in
            let title = client.title.isEmpty ? "" : " (\(client.title))"
            return client.host + title + (count > 1 ? " ×\(count)" : "")
        }
        let more = all.count > shown.count ? ", and \(all.count - shown.count) more" : ""
        let count = clients.values.reduce(0, +).counted("application connection", "application connections")
        return WatchRemark(
            subject: "clients", weight: .note,
            text: "\(name) still has \(count): \(shown.joined(separator: ", "))\(more)",
            state: all.map { "\($0.key.host) \($0.key.title)" }.joined(separator: ", "), patience: 3)
    }

    private func errorRemark(_ basis: WatchBasis, _ rates: WatchRates) -> WatchRemark? {
        guard let errors = rates.errors, errors > 1 + 2 * (basis.errorsBefore ?? 0) else { return nil }
        // What applications get wrong by themselves, they got wrong at the source, too.
        let isFar = basis.errorsBefore.map { Self.isFar(errors, above: $0) } ?? false
        return WatchRemark(
            subject: "errors", weight: isFar ? .trouble : .note,
            text: "the target answers \(errors.tenths) errors/s" + Self.before(basis.errorsBefore),
            state: (isFar ? "far " : "") + Self.step(errors), patience: isFar ? 10 : 0)
    }

    /// What a server did not do before, and more often than a few clients with a mistake of their own explain.
    private static func isFar(_ rate: Double, above before: Double) -> Bool { rate > 10 + 10 * before }

    private func rejectionRemarks(_ basis: WatchBasis, _ rates: WatchRates) -> [WatchRemark] {
        rates.rejecting.sorted().map { code in
            let more = WatchLoad.growth(load.rejected[code], since: basis.load.rejected[code] ?? 0)
            return WatchRemark(
                subject: code, weight: .trouble,
                text: "the target rejects writes with \(code)" + (more > 0 ? ", \(more) since the watch began" : ""),
                state: Self.step(Double(more)), patience: 0)
        }
    }

    private func evictionRemark(_ basis: WatchBasis, _ rates: WatchRates, _ elapsed: Double) -> WatchRemark? {
        if let rate = rates.evictions, let before = basis.evictionsBefore, Self.isFar(rate, above: before) {
            return WatchRemark(
                subject: "evictions", weight: .trouble,
                text: "the target evicts \(rate.tenths) keys/s" + Self.before(before), state: "far \(Self.step(rate))",
                patience: 0)
        }
        let more = WatchLoad.growth(load.evicted, since: basis.load.evicted)
        // A cache evicts all the time.
        guard more > 0, Double(more) > 2 * (basis.evictionsBefore ?? 0) * elapsed else { return nil }
        return WatchRemark(
            subject: "evictions", weight: .note,
            text: "the target has evicted \(more.counted("key", "keys"))"
                + Self.before(basis.evictionsBefore.map { $0 * elapsed }, "the source would have in that time"),
            state: Self.step(Double(more)), patience: 0)
    }

    private var memoryRemark: WatchRemark? {
        guard let memory = load.memory, let limit = load.limit, Double(memory) > Self.fullness * Double(limit) else {
            return nil
        }
        return WatchRemark(
            subject: "memory", weight: .note,
            text:
                "the target has \(ByteCount(bytes: memory).text) in use, of \(ByteCount(bytes: limit).text) that it may have",
            state: "full", patience: 0)
    }

    private func slowRemark(_ basis: WatchBasis) -> WatchRemark? {
        let more = WatchLoad.growth(load.slow, since: basis.load.slow ?? 0)
        guard more > 0, let last = load.slowest else { return nil }
        let time = Double(last.microseconds) / 1_000
        return WatchRemark(
            subject: "slow log", weight: .note,
            text:
                "the target has noted \(more.counted("slow command", "slow commands")); the last was \(last.command), which took \(time.tenths) ms",
            state: Self.step(Double(more)), patience: 0)
    }

    /// A number that changes all the time is told again each time that it doubles.
    private static func step(_ value: Double) -> String {
        var (steps, bound) = (0, 1.0)
        while bound < value, steps < 64 { (steps, bound) = (steps + 1, bound * 2) }
        return "\(steps)"
    }

    private static func before(_ value: Double?, _ word: String = "the source did before") -> String {
        value.map { ", where \(word) \($0.tenths)" } ?? ""
    }
}

extension Double {
    /// For a person, with one decimal.
    var tenths: String {
        let tenths = Int64(saturating: (self * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
