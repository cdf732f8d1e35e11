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
        case silence(String)
    }

    struct Answer: Equatable {
        var sourceIsPrimary: Bool
        var sourceOffset: Int64
        /// How many full syncs the source has begun since its start (`sync_full`).
        var fullSyncs: Int64
        var follows: Bool
        var state: SyncState

        /// How many bytes of the replication stream the target is behind; `nil` unless it is online.
        var lag: Int64? {
            guard case .online(let offset) = state else { return nil }
            // The source was asked first, so the target may already be ahead of the source's answer.
            return max(0, sourceOffset - offset)
        }
    }

    enum Decision: Equatable {
        case keepWaiting(Progress)
        case synced
    }

    /// This many full syncs within one wait count as a loop. One is normal, and a lost link costs a second one.
    static let fullSyncsTolerated: Int64 = 3

    let step: WaitForSyncStep
    let source: Server
    let target: Server
    private var firstFullSyncs: Int64?
    private var withinLagSince: Duration?
    private var rate = TransferRate()

    init(step: WaitForSyncStep, source: Server, target: Server) {
        self.step = step
        self.source = source
        self.target = target
    }

    mutating func receive(_ observation: Observation, at time: Duration) throws(StepFailure) -> Decision {
        switch observation {
        case .silence(let sentence):
            withinLagSince = nil
            return .keepWaiting(Progress("both servers to answer", now: sentence, wanted: wanted))
        case .answer(let answer):
            try check(answer)
            guard let lag = answer.lag, lag <= step.maxLag.bytes else {
                withinLagSince = nil
                return .keepWaiting(progress(answer, at: time))
            }
            let since = withinLagSince ?? time
            withinLagSince = since
            if time - since >= step.stableFor { return .synced }
            return .keepWaiting(
                Progress(
                    "the lag to stay small", now: "lag \(ByteCount(bytes: lag).text)", wanted: wanted,
                    remaining: step.stableFor - (time - since)))
        }
    }

    private var wanted: String { "lag of \(step.maxLag.planText) at most for \(step.stableFor.planText)" }

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
        case .loading: return Progress("the target to load what it received", wanted: wanted)
        case .linkDown:
            return Progress("the link between target and source to come up", now: "link down", wanted: wanted)
        case .online:
            let lag = ByteCount(bytes: answer.lag ?? 0).text
            return Progress("the target to catch up", now: "lag \(lag)", wanted: wanted)
        case .fullSync(nil): return Progress("the full sync", wanted: wanted)
        case .fullSync(let transfer?):
            rate.receive(bytes: transfer.receivedBytes, at: time)
            return Progress(
                "the full sync", now: rate.describe(transfer), wanted: wanted, fraction: transfer.fraction,
                remaining: transfer.totalBytes.flatMap { rate.timeLeft(bytes: $0 - transfer.receivedBytes) })
        }
    }
}

/// How fast the full sync moves, calculated from the bytes received at each look.
private struct TransferRate {
    private var first: (bytes: Int64, time: Duration)?
    private var last: (bytes: Int64, time: Duration)?

    mutating func receive(bytes: Int64, at time: Duration) {
        if let last, bytes < last.bytes { first = nil }
        if first == nil { first = (bytes, time) }
        last = (bytes, time)
    }

    private var bytesPerSecond: Double? {
        guard let first, let last, last.time > first.time, last.bytes > first.bytes else { return nil }
        return Double(last.bytes - first.bytes) / ((last.time - first.time) / .seconds(1))
    }

    func timeLeft(bytes: Int64) -> Duration? {
        // A forecast of more than a century helps nobody.
        bytesPerSecond.map { Double(max(0, bytes)) / $0 }.flatMap { $0 < 3.2e9 ? .seconds($0) : nil }
    }

    func describe(_ transfer: SyncProgress) -> String {
        var text = ByteCount(bytes: transfer.receivedBytes).text
        if let total = transfer.totalBytes { text += " of \(ByteCount(bytes: total).text)" }
        if let bytesPerSecond { text += ", \(ByteCount(bytes: Int64(saturating: bytesPerSecond)).text)/s" }
        return text
    }
}
