package import Comparison
package import Execution
package import PlanModel
import RESP
import RedisTopology
import Values

/// Compares the keys of a plan's two servers, over sessions of its own, whoever of the two leads.
package struct KeyComparison: Sendable {
    package struct Settings: Sendable, Hashable {
        package var scope: ComparisonScope
        /// How many differences of each kind are named.
        package var examples: Int
        /// `nil`: as fast as the servers' own latency allows.
        package var rate: ComparisonRate?
        /// Whether the beginnings of values may be read to be shown, as far as the plan does not hide them.
        package var showsValues: Bool

        package init(scope: ComparisonScope, examples: Int = 10, rate: ComparisonRate? = nil, showsValues: Bool = false)
        {
            self.scope = scope
            self.examples = examples
            self.rate = rate
            self.showsValues = showsValues
        }
    }

    /// The id of the check that compares keys in a `verify` step.
    package static let check = "content"

    /// The keys of the target are looked for at the source.
    static let rights =
        Rights(at: [.source, .target], [.ping, .commandTable, .select, .time, .scan] + Right.readAnyKey)
        + Rights(at: [.source], [.exists]) + ComparisonGround.rights

    /// After a cutover the target is asked when its keys were used. A Dragonfly does not know.
    static func rightsAfterCutover(_ plan: Plan) -> Rights {
        plan.target.engine == .dragonfly ? .none : Rights(at: [.target], [.idleTime])
    }

    /// How many keys are asked for at once. While the servers' latency decides how fast they are asked it is 50, which
    /// takes a server some tenths of a millisecond. A limit of the plan is spread over the second.
    private var page: Int {
        guard let rate = settings.rate else { return 50 }
        return min(1_000, max(50, (rate.commands ?? .max) / 20))
    }

    private let servers: Servers
    private let settings: Settings
    /// The server that the other one follows; `nil` where neither follows the other.
    package let leader: Side?
    private let aftermath: Aftermath?

    /// Whether the source stands still since a cutover, and applications write to the target alone.
    package var isAfterCutover: Bool { aftermath != nil }

    /// Asks who leads.
    /// - Parameter cutover: the memo in the result of the plan's `failover`; `nil` if that is not on record.
    /// - Throws: `StepFailure` where a server does not answer.
    package init(_ servers: Servers, _ settings: Settings, since cutover: StateValue? = nil) async throws {
        let (primary, _, isFollowing) = try await servers.replicationPair()
        self.servers = servers
        self.settings = settings
        let leader = isFollowing ? (primary.part == .source ? Side.source : .target) : nil
        self.leader = leader
        aftermath = try await PromotionMark.aftermath(cutover, servers, leader: leader)
    }

    /// - Parameters:
    ///   - ask: asks what must hold besides, every few seconds; it throws what stops the comparison.
    ///   - isStopping: whether to end at once, with a `CancellationError`.
    ///   - mark: where an earlier comparison was interrupted. Where it says nothing any more, all keys are compared.
    ///   - begunAnew: called before the first key where there is such a place, and it says nothing any more.
    ///   - note: takes how far the comparison is, with the words for it.
    ///   - keep: takes from time to time where the comparison is; `nil` where nobody goes on with it.
    ///   - found: takes each difference as soon as it is certain.
    /// - Throws: `StepFailure`, `CancellationError`, and whatever `ask` and `found` throw.
    package func run(
        ask: @escaping @Sendable () async throws -> Void = {}, isStopping: @escaping @Sendable () -> Bool = { false },
        from mark: StateValue? = nil, begunAnew: @escaping @Sendable () throws -> Void = {},
        note: @escaping @Sendable (ComparisonProgress, Progress) -> Void,
        keep: (@Sendable (StateValue) -> Void)? = nil,
        found: @escaping @Sendable (Difference) throws -> Void = { _ in }
    ) async throws -> ComparisonSummary {
        let gates = (
            source: ServerGate(servers.clock, rate: settings.rate),
            target: ServerGate(servers.clock, rate: settings.rate)
        )
        let connector = servers.connector
        let sessions = (
            source: connector.session(servers.source.settings), target: connector.session(servers.target.settings),
            probes: [connector.session(servers.source.settings), connector.session(servers.target.settings)]
        )
        let result: Result<ComparisonSummary, any Error> = await withTaskGroup { group in
            group.addTask { await gates.source.probe(over: sessions.probes[0]) }
            group.addTask { await gates.target.probe(over: sessions.probes[1]) }
            let result = await compare(
                MeteredSession(sessions.source, gates.source), MeteredSession(sessions.target, gates.target), gates,
                Listening(
                    ask: ask, isStopping: isStopping, mark: mark, begunAnew: begunAnew, note: note, keep: keep,
                    found: found))
            group.cancelAll()
            return result
        }
        for session in [sessions.source, sessions.target] + sessions.probes { await session.close() }
        return try result.get()
    }

    /// What the caller of `run` wants to be asked and told.
    private struct Listening: Sendable {
        let ask: @Sendable () async throws -> Void
        let isStopping: @Sendable () -> Bool
        let mark: StateValue?
        let begunAnew: @Sendable () throws -> Void
        let note: @Sendable (ComparisonProgress, Progress) -> Void
        let keep: (@Sendable (StateValue) -> Void)?
        let found: @Sendable (Difference) throws -> Void
    }

    private func compare(
        _ source: MeteredSession, _ target: MeteredSession, _ gates: (source: ServerGate, target: ServerGate),
        _ listening: Listening
    ) async -> Result<ComparisonSummary, any Error> {
        do {
            let (ground, checkpoint, obstacle) = beginning(listening.mark, try await ComparisonGround.read(servers))
            if obstacle != nil { try listening.begunAnew() }
            let footing = ComparisonFooting(
                servers: servers, leader: leader, ground: ground, ask: listening.ask, isStopping: listening.isStopping)
            let comparison = try await KeyspaceComparison(
                source: source, target: target, leader: leader, footing: footing, clock: servers.clock,
                page: page, examples: settings.examples,
                disclosure: servers.plan.redaction.disclosure(showsValues: settings.showsValues), aftermath: aftermath)
            let keyspaces = [try await servers.source.keyspace(), try await servers.target.keyspace()]
            let pace = ComparisonPace(
                clock: servers.clock, gates: [gates.source, gates.target], begin: checkpoint?.done ?? 0)
            let report = try await comparison.run(
                databases: Set(keyspaces.flatMap(\.databases.keys)).sorted(),
                total: keyspaces.map(\.keys).saturatingSum, scope: settings.scope, from: checkpoint,
                note: { listening.note($0, pace.words($0)) }, keeper: keeper(ground, listening.keep),
                found: listening.found)
            try await footing.checkNow()
            var latency: [Side: ProbedLatency] = [:]
            (latency[.source], latency[.target]) = (gates.source.latency, gates.target.latency)
            return .success(
                ComparisonSummary(
                    report: report, scope: settings.scope, leader: leader, touching: comparison.touching,
                    isAfterCutover: isAfterCutover, latency: latency, begunAnew: obstacle))
        } catch {
            // A session that is given up reports that in its own way.
            let isStopped = Task.isCancelled || listening.isStopping()
            return .failure(isStopped ? CancellationError() : failure(error))
        }
    }

    /// Where to begin, and the moment since which nothing may have changed.
    private func beginning(
        _ mark: StateValue?, _ now: ComparisonGround
    ) -> (ground: ComparisonGround, checkpoint: ComparisonCheckpoint?, obstacle: String?) {
        guard let mark else { return (now, nil, nil) }
        guard let mark = try? mark.decode(ComparisonMark.self) else { return (now, nil, "planrun has changed") }
        if let obstacle = mark.obstacle(settings.scope, leader, now) { return (now, nil, obstacle) }
        return (mark.ground, mark.checkpoint, nil)
    }

    private func keeper(
        _ ground: ComparisonGround, _ keep: (@Sendable (StateValue) -> Void)?
    ) -> (any CheckpointKeeper)? {
        keep.map { MarkKeeper(scope: settings.scope, leader: leader, ground: ground, clock: servers.clock, keep: $0) }
    }

    private func failure(_ error: any Error) -> any Error {
        func server(_ address: Endpoint) -> Server {
            address == servers.source.settings.address ? servers.source : servers.target
        }
        switch error {
        case let error as SessionError: return server(error.address).failure(error)
        case let refusal as ComparisonRefusal:
            return server(refusal.address).refusal(of: Command([refusal.command]), refusal.error)
        default: return error
        }
    }
}

extension RedactionSettings {
    fileprivate func disclosure(showsValues: Bool) -> KeyDisclosure {
        KeyDisclosure(
            names: names.map { KeyPattern($0) }, values: (showsValues ? values : ["*"]).map { KeyPattern($0) })
    }
}
