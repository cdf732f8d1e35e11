import Execution
import PlanModel
import RedisTopology
import Values

/// `watch`: looks at the servers for a time after the cutover, says what changes, and ends by time, by a person, or by
/// trouble. It changes nothing itself: where it finds that the run is to go back, it fails with a code that says so.
struct WatchOperation: Operation {
    private static let period = Duration.seconds(1)

    let servers: Servers
    let step: WatchStep
    let id: String
    let approver: any Approver
    /// The time of day, in seconds since 1970.
    var now: @Sendable () -> Double = { WallClock.now() }

    func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    func perform(_ context: StepContext) async throws {}

    func undo(_ context: StepContext) async throws -> StepResult? { nil }

    func verify(_ context: StepContext) async throws -> StepResult {
        let ear = SentinelEar(servers)
        do {
            let result = try await watch(ear, context)
            await ear.close()
            return result
        } catch {
            await ear.close()
            throw error
        }
    }

    private func watch(_ ear: SentinelEar, _ context: StepContext) async throws -> StepResult {
        var memory = try await beginning(context)
        // What was rejected while no planrun looked is as if it were so now. Whoever goes on after the end looks for long
        // enough to see it pass.
        let least = context.mark == nil ? memory.began : now() + WatchPace.window
        var pace = WatchPace(memory.basis.load)
        var isHeldBack: WatchRemark?
        context.note(mark: StateValue(memory))
        while true {
            if context.isDraining { throw CancellationError() }
            let (sight, now) = (await WatchSight.read(servers), self.now())
            let rates = pace.receive(sight.load, at: now)
            let remarks =
                sight.remarks(
                    memory.basis, rates, elapsed: now - memory.began,
                    ("\(servers.source.name)", "\(servers.target.name)")) + [isHeldBack].compactMap(\.self)
            let passed = await passing(sight, &memory, ear.events(), at: now)
            let news = passed + memory.receive(remarks, at: now)
            for entry in news { context.tell(finding: (entry.isTrouble ? "trouble: " : "") + entry.text) }
            if !news.isEmpty { context.note(mark: StateValue(memory)) }
            if let how = approver.approvedInAdvance(id) { return result(memory, "ended by \(how)") }
            isHeldBack = try await respond(sight, &memory, context)
            var left = memory.left(at: self.now())
            if !memory.trouble.isEmpty { left = max(left, .seconds(least - self.now())) }
            guard left > .zero else { break }
            context.report(progress(sight, memory, rates.errors, left))
            try await context.clock.sleep(for: min(Self.period, left))
        }
        guard memory.trouble.isEmpty else { throw await failure(memory) }
        return result(memory, "watched for \(step.duration.planText)")
    }

    /// What has happened since the last look and is over by now.
    private func passing(
        _ sight: WatchSight, _ memory: inout WatchMemory, _ events: [HeardEvent], at now: Double
    ) async -> [WatchMemory.Entry] {
        var news = events.map {
            WatchMemory.Entry(at: now, text: $0.words(servers), isTrouble: $0.isTrouble(servers))
        }
        switch memory.receive(sight.targetMark) {
        case .startedAgain:
            news.append(.init(at: now, text: "\(servers.target.name) was started again", isTrouble: true))
        case .turnedTwice:
            let culprit = await WatchSight.culprit(servers)
            news.append(
                .init(
                    at: now,
                    text: "\(servers.target.name) was made a replica and a primary again between two looks: \(culprit)",
                    isTrouble: true))
        case nil: break
        }
        return memory.keep(news)
    }

    /// Where an earlier planrun has come to, or a new beginning.
    private func beginning(_ context: StepContext) async throws -> WatchMemory {
        // A watch that has ended looks once more when its run goes on with a later step.
        if let memory = try (context.mark ?? context.memo(of: context.node))?.decode(WatchMemory.self) { return memory }
        let sight = await WatchSight.read(servers)
        let life = servers.plan.source.engine == .dragonfly ? nil : await SourceLife.read(servers.source)
        var followed = false
        if case .follows(lag: _) = sight.source { followed = true }
        return WatchMemory(
            began: now(), duration: step.duration,
            basis: WatchBasis(
                sourceFollowed: followed, sourceAnswered: sight.source != .silent, load: sight.load,
                errorsBefore: life?.errors, evictionsBefore: life?.evictions))
    }

    // MARK: Trouble

    /// Does what the plan says about trouble.
    /// - Returns: a remark on why the run does not go back by itself, for the next look.
    /// - Throws: `StepFailure` if a person does not want to go on, or the run is to go back.
    private func respond(
        _ sight: WatchSight, _ memory: inout WatchMemory, _ context: StepContext
    ) async throws -> WatchRemark? {
        switch step.onTrouble {
        case .report: return nil
        case .ask:
            guard !memory.trouble.isEmpty else { return nil }
            try await ask(memory, context)
            memory.acceptTrouble()
            context.note(mark: StateValue(memory))
            return nil
        case .rollback:
            switch sight.wayBack(from: memory.trouble, hasGoneBack: memory.goesBackAt != nil) {
            case .notNeeded: return nil
            case .heldBack(let why):
                return WatchRemark(
                    subject: "way back", weight: .note, text: "the run does not go back by itself: \(why)", state: why,
                    patience: 0)
            case .goes:
                // If planrun dies before the way back has begun, a person decides: `resume` stays, `rollback` goes.
                memory.goBack(at: now())
                context.note(mark: StateValue(memory))
                throw StepFailure(
                    code: .watchGoesBack, what: Self.clause(memory), place: [servers.target.name],
                    world: await WorldReport(servers).sentences())
            }
        }
    }

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

    private func failure(_ memory: WatchMemory, isPause: Bool = false) async -> StepFailure {
        let left = Duration.seconds(memory.left(at: now()).components.seconds)
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
            facts: memory.findings.isEmpty
                ? [:]
                : [
                    "findings": .array(
                        memory.findings.map {
                            .string("\(Timestamp(millisecondsSince1970: Int64(saturating: $0.at * 1_000))) \($0.text)")
                        })
                ], memo: StateValue(memory))
    }

    private func progress(
        _ sight: WatchSight, _ memory: WatchMemory, _ errors: Double?, _ left: Duration
    ) -> Progress {
        Progress(
            "the end of the watch", now: sight.words(memory.basis, errors),
            wanted: "the target the only primary", fraction: 1 - left / max(.seconds(1), step.duration),
            remaining: left, figures: sight.lag.map { [.lagBytes: Double($0)] } ?? [:])
    }
}
