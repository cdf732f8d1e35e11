import Execution
import PlanModel
import RedisTopology
import Values

/// Decides after each look whether the target is in sync. It talks to no server: what the servers said and when is
/// passed in.
struct SyncWatch {
    enum Observation: Equatable {
        case answer(Answer)
        /// A server did not answer; the sentence says which one and why.
        case silence(String, isOfSource: Bool)
    }

    struct Answer: Equatable {
        var sourceIsPrimary: Bool
        var sourceOffset: Int64
        /// How many full syncs the source has begun since its start (`sync_full`).
        var fullSyncs: Int64
        var follows: Bool
        var state: SyncState
        /// `replica-priority` of the target, as it says to the Sentinels.
        var priority: Int?
        /// How much there is to copy, where the target does not tell by itself how far its full sync is.
        var extent: Extent?

        /// How many bytes of the replication stream the target is behind; `nil` unless it is online.
        var lag: Int64? {
            guard case .online(let offset) = state else { return nil }
            // The source was asked first, so the target may already be ahead of the source's answer.
            return max(0, sourceOffset - offset)
        }
    }

    enum Extent: Equatable {
        /// Bytes of memory that the source uses: about as many as it sends.
        case memory(Int64)
        /// That the target has, and that the source has.
        case keys(Int64, of: Int64)
    }

    enum Decision: Equatable {
        case keepWaiting(Progress)
        case synced
    }

    /// This many full syncs within one wait count as a loop. One is normal, and a lost link costs a second one.
    static let fullSyncsTolerated: Int64 = 3
    /// How long a source may be silent in the middle of the sync.
    static let patienceWithSource = Duration.seconds(60)

    let step: WaitForSyncStep
    let source: Server
    let target: Server
    private var firstFullSyncs: Int64?
    private var withinLagSince: Duration?
    /// Whether the target has ever had everything.
    private var wasComplete = false
    private var sourceSilentSince: Duration?
    private var rate = TransferRate()

    init(step: WaitForSyncStep, source: Server, target: Server) {
        self.step = step
        self.source = source
        self.target = target
    }

    mutating func receive(_ observation: Observation, at time: Duration) throws(StepFailure) -> Decision {
        switch observation {
        case .silence(let sentence, let isOfSource):
            withinLagSince = nil
            try noteSilence(isOfSource, at: time)
            return .keepWaiting(Progress("both servers to answer", now: sentence, wanted: wanted))
        case .answer(let answer):
            sourceSilentSince = nil
            try check(answer)
            guard let lag = answer.lag, lag <= step.maxLag.bytes else {
                withinLagSince = nil
                return .keepWaiting(progress(answer, at: time))
            }
            let since = withinLagSince ?? time
            withinLagSince = since
            wasComplete = true
            if time - since >= step.stableFor { return .synced }
            return .keepWaiting(
                Progress(
                    "the lag to stay small", now: "lag \(ByteCount(bytes: lag).text)", wanted: wanted,
                    remaining: step.stableFor - (time - since), figures: [.lagBytes: Double(lag)]))
        }
    }

    private var wanted: String { "lag of \(step.maxLag.planText) at most for \(step.stableFor.planText)" }

    /// A source that is gone in the middle of the sync has the only complete copy, and nobody is promoted in its place.
    private mutating func noteSilence(_ isOfSource: Bool, at time: Duration) throws(StepFailure) {
        guard isOfSource, !wasComplete else {
            sourceSilentSince = nil
            return
        }
        let since = sourceSilentSince ?? time
        sourceSilentSince = since
        if time - since >= Self.patienceWithSource { throw sourceGone() }
    }

    private func sourceGone() -> StepFailure {
        StepFailure(
            code: .sourceUnreachable,
            what:
                "the source has not answered for \(Self.patienceWithSource.planText), and the target has not got everything from it",
            place: [source.name],
            world: [
                "nothing was promoted; \(source.endpoint) has the only complete copy, in its memory or in its files",
                "\(target.endpoint) has a part of the data at most, and no Sentinel promotes it where its replica-priority is 0",
            ],
            help: [
                "start \(source.endpoint) again with its own files, then resume",
                "do not promote \(target.endpoint), and let nothing follow it: the complete copy would be deleted",
            ])
    }

    private mutating func check(_ answer: Answer) throws(StepFailure) {
        guard answer.sourceIsPrimary else {
            throw StepFailure(
                code: .sourceNotPrimary, what: "the source is not a primary any more", place: [source.name],
                world: ["nothing was changed by this step"],
                help: ["look at what happened to \(source.endpoint); was there a failover?"])
        }
        guard answer.follows else {
            throw StepFailure(
                code: .targetDoesNotFollow, what: "the target does not follow the source any more",
                place: [target.name], world: ["\(source.endpoint) takes writes as before"],
                help: ["find out who detached it; resume makes it follow again"])
        }
        let first = firstFullSyncs ?? answer.fullSyncs
        firstFullSyncs = first
        let begun = answer.fullSyncs - first
        guard begun < Self.fullSyncsTolerated else { throw loop(begun) }
    }

    private func loop(_ begun: Int64) -> StepFailure {
        StepFailure(
            code: .fullSyncLoop, what: "the full sync began anew \(begun) times without ever finishing",
            place: [target.name, source.name],
            world: ["\(source.endpoint) takes writes as before, but each try costs it a BGSAVE"],
            help: [
                "the logs of both servers have the reason; often 'client-output-buffer-limit replica' or 'repl-timeout' of the source is too small",
                "for Dragonfly also: functions on the source, databases beyond --dbnum, maxmemory of the target below the source's used memory",
            ])
    }

    private mutating func progress(_ answer: Answer, at time: Duration) -> Progress {
        switch answer.state {
        case .notFollowing, .connecting: return Progress("the target to reach the source", wanted: wanted)
        case .preparing: return Progress("the source to begin the full sync", wanted: wanted)
        case .loading: return progress("the target to load what it received", answer.extent, at: time)
        case .linkDown:
            return Progress("the link between target and source to come up", now: "link down", wanted: wanted)
        case .online:
            let lag = answer.lag ?? 0
            return Progress(
                "the target to catch up", now: "lag \(ByteCount(bytes: lag).text)", wanted: wanted,
                figures: [.lagBytes: Double(lag)])
        case .fullSync(nil): return progress("the full sync", answer.extent, at: time)
        case .fullSync(let transfer?):
            if let total = transfer.totalBytes {
                return progress("the full sync", .bytes(transfer.receivedBytes, of: total), at: time)
            }
            guard case .memory(let total)? = answer.extent else {
                return progress("the full sync", .bytes(transfer.receivedBytes, of: nil), at: time)
            }
            return progress("the full sync", .bytes(transfer.receivedBytes, ofAbout: total), at: time)
        }
    }

    private mutating func progress(_ activity: String, _ extent: Extent?, at time: Duration) -> Progress {
        guard case .keys(let copied, let total)? = extent else { return Progress(activity, wanted: wanted) }
        return progress(activity, .keys(copied, of: total), at: time)
    }

    private mutating func progress(_ activity: String, _ share: CopiedShare, at time: Duration) -> Progress {
        rate.receive(share, at: time)
        return Progress(
            activity, now: share.text + rate.text(share), wanted: wanted, fraction: share.fraction,
            remaining: rate.timeLeft(share), figures: share.figures.merging(rate.figures(share)) { done, _ in done })
    }
}

/// How much of a full sync is done.
private struct CopiedShare {
    enum Unit { case bytes, keys }

    let unit: Unit
    let done: Int64
    let total: Int64?
    var isTotalExact = true

    static func bytes(_ done: Int64, of total: Int64?) -> Self { Self(unit: .bytes, done: done, total: total) }
    static func bytes(_ done: Int64, ofAbout total: Int64) -> Self {
        Self(unit: .bytes, done: done, total: total, isTotalExact: false)
    }
    static func keys(_ done: Int64, of total: Int64) -> Self { Self(unit: .keys, done: done, total: total) }

    /// From 0 to 1. Less than 1 where the total is an estimate, which may be too small.
    var fraction: Double? {
        guard let total, total > 0 else { return nil }
        let share = Double(done) / Double(total)
        return min(max(0, share), isTotalExact ? 1 : 0.99)
    }

    var figures: [Figure: Double] {
        var figures: [Figure: Double] = [unit == .bytes ? .copiedBytes : .copiedKeys: Double(done)]
        figures[unit == .bytes ? .totalBytes : .totalKeys] = total.map(Double.init)
        return figures
    }

    func amount(_ count: Int64) -> String {
        switch unit {
        case .bytes: ByteCount(bytes: count).text
        case .keys: count.counted("key", "keys")
        }
    }

    var text: String {
        guard let total else { return amount(done) }
        let whole = (isTotalExact ? "" : "about ") + amount(total)
        return unit == .keys ? "\(done) of \(whole)" : "\(amount(done)) of \(whole)"
    }
}

/// How fast the full sync has moved in the last ten seconds, from the share and the time of each look. One that stands
/// still has no rate.
private struct TransferRate {
    private static let window = Duration.seconds(10)
    private var looks: [(share: CopiedShare, time: Duration)] = []

    mutating func receive(_ share: CopiedShare, at time: Duration) {
        if let last = looks.last, share.done < last.share.done || share.unit != last.share.unit { looks = [] }
        looks.append((share, time))
        while looks.count > 2, time - looks[1].time >= Self.window { looks.removeFirst() }
    }

    private var perSecond: Double? {
        guard let first = looks.first, let last = looks.last, last.time > first.time, last.share.done > first.share.done
        else { return nil }
        return Double(last.share.done - first.share.done) / ((last.time - first.time) / .seconds(1))
    }

    func timeLeft(_ share: CopiedShare) -> Duration? {
        guard let total = share.total, let perSecond else { return nil }
        let seconds = Double(max(0, total - share.done)) / perSecond
        // More than a century is no useful answer.
        return seconds < 3.2e9 ? .seconds(seconds) : nil
    }

    func figures(_ share: CopiedShare) -> [Figure: Double] {
        perSecond.map { [share.unit == .bytes ? .bytesPerSecond : .keysPerSecond: $0] } ?? [:]
    }

    /// `, 38 MiB/s`; empty where nothing has moved yet.
    func text(_ share: CopiedShare) -> String {
        perSecond.map { ", \(share.amount(Int64(saturating: $0)))/s" } ?? ""
    }
}
