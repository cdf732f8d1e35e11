import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// `watch`: looks at the servers for a time after the cutover, says what changes, and ends by time, by a person, or by
/// trouble. It changes nothing.
struct WatchOperation: Operation {
    private static let period = Duration.seconds(1)

    let servers: Servers
    let step: WatchStep
    let id: String
    let approver: any Approver

    func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    func perform(_ context: StepContext) async throws {}

    func undo(_ context: StepContext) async throws -> StepResult? { nil }

    func verify(_ context: StepContext) async throws -> StepResult {
        var memory = try await beginning(context)
        var rate = ErrorRate()
        context.note(mark: StateValue(memory))
        while true {
            if context.isDraining { throw CancellationError() }
            let (sight, now) = (await WatchSight.read(servers), WallClock.now())
            let errors = rate.receive(sight.load.errors, at: now)
            let news = memory.receive(
                sight.remarks(
                    memory.basis, errors: errors, elapsed: now - memory.began,
                    ("\(servers.source.name)", "\(servers.target.name)")), at: now)
            for entry in news { context.tell(finding: (entry.isTrouble ? "trouble: " : "") + entry.text) }
            if !news.isEmpty { context.note(mark: StateValue(memory)) }
            if let how = approver.approvedInAdvance(id) { return result(memory, "ended by \(how)") }
            if step.onTrouble == .ask, !memory.trouble.isEmpty {
                try await ask(memory, context)
                memory.acceptTrouble()
                context.note(mark: StateValue(memory))
            }
            let left = memory.left(at: WallClock.now())
            guard left > .zero else { break }
            context.report(progress(sight, memory, errors, left))
            try await context.clock.sleep(for: min(Self.period, left))
        }
        guard memory.trouble.isEmpty else { throw await failure(memory, isPause: false) }
        return result(memory, "watched for \(step.duration.planText)")
    }

    /// Where an earlier planrun has come to, or a new beginning.
    private func beginning(_ context: StepContext) async throws -> WatchMemory {
        if let memory = try context.mark?.decode(WatchMemory.self) { return memory }
        let sight = await WatchSight.read(servers)
        let life = servers.plan.source.engine == .dragonfly ? nil : await SourceLife.read(servers.source)
        var followed = false
        if case .follows(lag: _) = sight.source { followed = true }
        return WatchMemory(
            began: WallClock.now(), duration: step.duration,
            basis: WatchBasis(
                sourceFollowed: followed, sourceAnswered: sight.source != .silent, load: sight.load,
                errorsBefore: life?.errors, evictionsBefore: life?.evictions))
    }

    // MARK: Trouble

    /// Asks a person whether to go on in spite of the trouble.
    /// - Throws: `StepFailure`, which is a pause, without a yes.
    private func ask(_ memory: WatchMemory, _ context: StepContext) async throws {
        let request = ApprovalRequest(
            step: id, question: "\(Self.clause(memory)). Go on watching?", isBeforeCutover: false)
        switch try await approver.approval(
            of: request,
            facts: {
                if context.isDraining { throw CancellationError() }
                return await WorldReport(servers).facts()
            })
        {
        case .given: return
        case .declined, .nobodyToAsk: throw await failure(memory, isPause: true)
        }
    }

    private func failure(_ memory: WatchMemory, isPause: Bool) async -> StepFailure {
        let left = Duration.seconds(memory.left(at: WallClock.now()).components.seconds)
        return StepFailure(
            code: .watchTrouble, what: Self.clause(memory), place: [servers.target.name],
            world: await WorldReport(servers).sentences(),
            help: isPause
                ? [
                    "put that right, or go back; resume looks again for the \(left.planText) that are left, and with '--approve \(id)' goes on without looking"
                ] : ["put that right, or go back; resume looks once more"],
            isPause: isPause)
    }

    private static func clause(_ memory: WatchMemory) -> String {
        memory.trouble.map(\.text).joined(separator: "; ")
    }

    // MARK: Words

    private func result(_ memory: WatchMemory, _ how: String) -> StepResult {
        let last = memory.findings.last.map { "; the last: \($0.text)" } ?? ""
        let found = memory.count == 0 ? "nothing to tell" : memory.count.counted("finding", "findings") + last
        return StepResult(
            "\(how); \(found)", verdict: memory.hadTrouble || !memory.trouble.isEmpty ? .warned : .passed,
            facts: [
                "findings": .array(
                    memory.findings.map {
                        .string("\(Timestamp(millisecondsSince1970: Int64(saturating: $0.at * 1_000))) \($0.text)")
                    })
            ])
    }

    private func progress(
        _ sight: WatchSight, _ memory: WatchMemory, _ errors: Double?, _ left: Duration
    ) -> Progress {
        Progress(
            "the end of the watch", now: sight.words(memory.basis, errors),
            wanted: "the target the only primary", fraction: 1 - left / max(.seconds(1), step.duration),
            remaining: left)
    }
}

/// Errors a second, over the last ten seconds.
private struct ErrorRate {
    private static let window = 10.0
    private var samples: [(at: Double, count: Int64)] = []

    /// - Returns: `nil` before ten seconds are over.
    mutating func receive(_ count: Int64?, at now: Double) -> Double? {
        guard let count, count >= samples.last?.count ?? 0 else {
            samples = []
            return nil
        }
        samples.append((now, count))
        while samples.count > 2, now - samples[1].at >= Self.window { samples.removeFirst() }
        let (first, span) = (samples[0], now - samples[0].at)
        return span >= Self.window ? Double(count - first.count) / span : nil
    }
}

/// What the source has had a second in its life until the cutover, on average.
private struct SourceLife {
    var errors: Double?
    var evictions: Double?

    static func read(_ source: Server) async -> SourceLife? {
        guard
            let replies = try? await source.replies(
                to: [["INFO", "stats"], ["INFO", "errorstats"]], timeout: .seconds(2)),
            let uptime = try? await source.serverInfo().uptime, uptime > .zero
        else { return nil }
        // The cutover has made these.
        let errors = ErrorCounts(replies[1]).map { $0.total - ($0.byCode["READONLY"] ?? 0) }
        let evicted = (try? StatsInfo(replies[0])).flatMap(\.evicted)
        return SourceLife(
            errors: errors.map { Double($0) / uptime.seconds }, evictions: evicted.map { Double($0) / uptime.seconds })
    }
}

extension WatchSight {
    /// One line: `the target is the primary, 3 of 3 Sentinels name it, the old source is 0 bytes behind, …`.
    fileprivate func words(_ basis: WatchBasis, _ errors: Double?) -> String {
        var words = [targetWords]
        if sentinels.total > 0 { words.append("\(sentinels.naming) of \(sentinels.total) Sentinels name it") }
        words.append(sourceWords)
        if !clients.isEmpty {
            words.append(
                "\(clients.values.reduce(0, +).counted("application connection", "application connections")) there")
        }
        if let errors {
            words.append("\(errors.tenths) errors/s" + (basis.errorsBefore.map { " (before: \($0.tenths))" } ?? ""))
        }
        if let memory = load.memory {
            let limit = load.limit.map { " of \(ByteCount(bytes: $0).text)" } ?? ""
            words.append("memory \(ByteCount(bytes: memory).text)\(limit)")
        }
        let evicted = WatchLoad.growth(load.evicted, since: basis.load.evicted)
        if evicted > 0 { words.append("\(evicted) evicted") }
        return words.joined(separator: ", ")
    }

    private var targetWords: String {
        switch target {
        case .primary: "the target is the primary"
        case .replica(let primary, _): "the target is a replica of \(primary)"
        case .silent: "the target does not answer"
        }
    }

    private var sourceWords: String {
        switch source {
        case .follows(lag: let lag?): "the old source is \(ByteCount(bytes: lag).text) behind"
        case .follows(lag: nil): "the old source follows it"
        case .cutOff: "the old source has no link to it"
        case .followsAnother(let primary): "the old source follows \(primary)"
        case .standsAlone: "the old source stands alone"
        case .takesWrites: "the old source takes writes"
        case .silent: "the old source does not answer"
        }
    }
}
