package import PlanModel
import RedisTopology
import Values

/// How long a plan will take, and for how long applications cannot write: an estimate with what it rests on. It promises
/// nothing.
package struct RunEstimate: Sendable, Equatable, Codable {
    package struct Part: Sendable, Equatable, Codable {
        /// The step's id, or what is estimated.
        package let subject: String
        /// `nil` where nobody can tell.
        package let fromSeconds: Double?
        package let toSeconds: Double?
        package let basis: String

        fileprivate init(_ subject: String, _ seconds: ClosedRange<Double>?, _ basis: String) {
            self.subject = subject
            (fromSeconds, toSeconds) = (seconds?.lowerBound, seconds?.upperBound)
            self.basis = basis
        }
    }

    /// The steps that take more than a moment.
    package let steps: [Part]
    /// Their sum, without those that nobody can tell.
    package let duration: Part
    /// `nil` for a plan without a cutover.
    package let writeGap: Part?
    /// How long the way back takes, before the point of no return and after it, and what it costs.
    package let wayBack: [Part]

    /// - Parameter servers: `nil` if no server may be asked. What one that does not answer would tell stays open.
    package static func make(_ plan: Plan, _ servers: Servers?) async -> RunEstimate {
        await RunEstimate(plan, RunFigures.read(servers))
    }

    init(_ plan: Plan, _ figures: RunFigures) {
        steps = plan.steps.compactMap { Self.part($0, plan, figures) }
        let open = steps.filter { $0.fromSeconds == nil }.map { "'\($0.subject)'" }
        duration = Part(
            "duration",
            steps.compactMap(\.fromSeconds).reduce(0, +)...steps.compactMap(\.toSeconds).reduce(0, +),
            open.isEmpty ? "the sum of the steps" : "the sum of the steps, without \(open.joined(separator: ", "))")
        let failover = plan.failover
        writeGap = failover.map { Self.gap($0, plan, figures) }
        wayBack = Self.ways(plan, figures, writeGap)
    }
}

/// What is known of the servers, for an estimate.
struct RunFigures: Sendable, Equatable {
    /// The size of the source's data in its memory, in bytes.
    var dataset: Int64?
    var keys: Int64?
    /// Whether the target follows already.
    var isFollowing = false
    /// The longest time after which a Sentinel takes a server for down.
    var downAfter: Duration?
    /// How the roles are exchanged, as the Sentinels allow.
    var method: FailoverStep.Method?
    var resting: FailoverStep.Resting?
    var wayBack: RollbackSettings.AfterCutover?
    var isAsked = false

    static func read(_ servers: Servers?) async -> RunFigures {
        guard let servers else { return RunFigures() }
        var figures = RunFigures()
        figures.isAsked = true
        figures.dataset = try? await servers.source.memory().used
        figures.keys = try? await servers.source.keyspace().keys
        if let primary = try? await servers.target.replication().upstream?.primary {
            figures.isFollowing = await servers.isSame(primary, as: servers.source)
        }
        figures.downAfter = await Sentinels(servers)?.known().map(\.downAfter).max()
        guard let failover = servers.plan.failover else { return figures }
        if servers.plan.isMonitored || servers.plan.sentinel == nil {
            let choice = await MethodChoice.make(
                failover.method, Sentinels(servers), from: servers.source, to: servers.target)
            figures.method = FailoverStep.Method(rawValue: choice.method.rawValue)
        }
        let after = try? await AfterCutover.read(servers, failover)
        (figures.resting, figures.wayBack) = (after?.resting, after?.wayBack)
        return figures
    }
}

/// How long the steps take.
extension RunEstimate {
    /// What a link of 1 Gbit/s carries, in bytes a second.
    private static let fastTransfer = ByteCount(bytes: 119 << 20)
    /// How many keys a second `verify` compares with their values: 1,000,000 mixed keys took 10 to 15 s of processor time.
    private static let (slowComparison, fastComparison) = (15_000.0, 80_000.0)

    private static func part(_ step: Step, _ plan: Plan, _ figures: RunFigures) -> Part? {
        switch step.kind {
        case .preflight:
            return Part(step.id, 1...5, "all checks run at once; 1.2 s for 55 checks on two busy cores")
        case .monitor:
            return Part(step.id, 2...12, "Sentinels greet each other every 2 s, and look at a primary every 10 s")
        case .backup: return transfer(step.id, plan, figures, what: "written to disk", after: 0...0, "")
        case .users, .replicaof: return nil
        case .waitForSync(let wait):
            let stable = wait.stableFor / .seconds(1)
            let still = "then \(wait.stableFor.planText) within 'max-lag'"
            if figures.isFollowing { return Part(step.id, stable...stable + 1, "the target follows already; \(still)") }
            // `repl-diskless-sync-delay`, before a source begins to send.
            return transfer(
                step.id, plan, figures, what: "copied", after: stable...stable + 5,
                "; a source waits up to 5 s before it begins, \(still)")
        case .verify(let verify): return comparison(step.id, verify, figures)
        case .approval: return Part(step.id, nil, "a person decides")
        case .watch(let watch):
            let seconds = watch.duration / .seconds(1)
            return Part(step.id, seconds...seconds, "'for'; a person may end it earlier")
        case .run: return Part(step.id, nil, "a command of yours")
        case .decommission:
            return Part(
                step.id, 1...40,
                "each Sentinel that was reset finds the others again, which greet every 2 s, before the next; a last save takes longer"
            )
        case .failover(let failover): return handover(step.id, failover, plan, figures)
        }
    }

    private static func transfer(
        _ id: String, _ plan: Plan, _ figures: RunFigures, what: String, after: ClosedRange<Double>, _ rest: String
    ) -> Part {
        guard let dataset = figures.dataset else { return Part(id, nil, unasked(figures, "the source's size")) }
        let slow = ByteCount(bytes: max(1, plan.transferRate.bytes))
        let (slowest, fastest) = (min(slow.bytes, fastTransfer.bytes), max(slow.bytes, fastTransfer.bytes))
        let least = Double(dataset) / Double(fastest) + after.lowerBound
        let most = Double(dataset) / Double(slowest) + after.upperBound
        return Part(
            id, least...most,
            "\(ByteCount(bytes: dataset).text) of memory \(what) at \(ByteCount(bytes: slowest).text)/s ('transfer-rate') to \(ByteCount(bytes: fastest).text)/s (1 Gbit/s)\(rest)"
        )
    }

    private static func comparison(_ id: String, _ verify: VerifyStep, _ figures: RunFigures) -> Part? {
        guard let data = verify.data, data.readsValues else { return nil }
        guard let all = figures.keys else { return Part(id, nil, unasked(figures, "how many keys there are")) }
        let keys = data == .sample ? min(all, Int64(verify.keys ?? 10_000)) : all
        return Part(
            id, Double(keys) / fastComparison...Double(keys) / slowComparison + 1,
            "\(keys.counted("key", "keys")) at 15,000 to 80,000 a second, as measured with short values; 'rate' and busy servers make it slower"
        )
    }

    private static func handover(
        _ id: String, _ failover: FailoverStep, _ plan: Plan, _ figures: RunFigures
    ) -> Part {
        switch figures.method ?? failover.method {
        case .promote: return Part(id, 0.1...2, "no Sentinel is waited for")
        case .announce: return Part(id, 0.1...12, "Sentinels that have only just seen the target look at it every 10 s")
        case .sentinel, .fastest:
            return Part(id, 1...24, "the moment before a Sentinel's next look at the target comes once in 10 s")
        case .shutdown:
            guard let downAfter = figures.downAfter else {
                return Part(id, nil, unasked(figures, "down-after-milliseconds"))
            }
            let seconds = downAfter / .seconds(1)
            return Part(
                id, seconds + 1...seconds + 15,
                "down-after-milliseconds is \(downAfter.planText); then they elect one of them")
        }
    }

    private static func unasked(_ figures: RunFigures, _ what: String) -> String {
        figures.isAsked ? "the servers do not tell \(what)" : "no server was asked for \(what)"
    }
}

/// How long applications cannot write, and the way back.
extension RunEstimate {
    private static let stand = "measured with Redis 7.0 at 5,000 writes/s on one machine"

    private static func gap(_ failover: FailoverStep, _ plan: Plan, _ figures: RunFigures) -> Part {
        let several = (plan.sentinel?.endpoints.count ?? 0) > 1
        let subject = "write gap"
        switch figures.method ?? failover.method {
        case .sentinel:
            return Part(
                subject, 0.2...0.5,
                "via sentinel, \(stand): \(several ? "0.35 s with three Sentinels" : "0.27 s with one Sentinel"); up to 1.3 s where the moment is missed"
            )
        case .announce: return Part(subject, 0.01...0.1, "via announce, \(stand): 0.02 s with three Sentinels")
        case .promote:
            return Part(subject, 0.01...0.1, "via promote, \(stand); then as long as clients need to find the target")
        case .fastest:
            return Part(
                subject, 0.01...0.5, "0.02 s where the Sentinels can be told directly, else 0.27 to 0.35 s; \(stand)")
        case .shutdown:
            guard let downAfter = figures.downAfter else {
                return Part(subject, nil, "down-after-milliseconds of the Sentinels and 1 to 3 s more")
            }
            let seconds = downAfter / .seconds(1)
            return Part(
                subject, seconds + 1...seconds + 3,
                "the Sentinels notice after down-after-milliseconds (\(downAfter.planText)); 6.2 to 7.4 s were measured with 5 s"
            )
        }
    }

    private static func ways(_ plan: Plan, _ figures: RunFigures, _ gap: Part?) -> [Part] {
        let sentinels = plan.sentinel?.endpoints.count ?? 0
        // Sentinels that forget the target are reset one after the other, and find each other again within 2 to 10 s.
        let early = Part(
            "before the cutover", 0.1...1 + Double(sentinels) * 10,
            "nothing is lost; the target is detached\(sentinels > 0 ? ", and each Sentinel forgets it, one after the other" : "")"
        )
        guard let failover = plan.failover else { return [early] }
        let subject = "after the cutover"
        if (figures.wayBack ?? plan.certainWayBack) == .stop {
            return [early, Part(subject, nil, "this plan has no way back then")]
        }
        switch figures.resting ?? failover.certainResting(plan) {
        case .follow?:
            return [
                early,
                Part(
                    subject, 1...24,
                    "the same handover backwards, with the same write gap; nothing is lost while the source is in sync"
                ),
            ]
        case .fenced?:
            return [
                early, Part(subject, 0.5...12, "every write since the cutover is given up: the source does not follow"),
            ]
        case .shutdown?:
            return [
                early,
                Part(subject, nil, "the source has to be started again first, and lacks every write since the cutover"),
            ]
        case nil: return [early, Part(subject, nil, "whether the source can follow the target decides what is lost")]
        }
    }
}

extension Plan {
    /// How many bytes a second a full sync is taken to move, by the check that compares it with the timeout.
    fileprivate var transferRate: ByteCount {
        var setting: CheckSetting?
        for step in steps {
            if case .preflight(let preflight) = step.kind { setting = preflight.settings[SyncTimeCheck.declaration.id] }
        }
        return CheckLimits(SyncTimeCheck.declaration, plan: setting).size(SyncForecast.rateLimit.key)
    }
}
