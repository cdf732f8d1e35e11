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

        package init(scope: ComparisonScope, examples: Int = 10, rate: ComparisonRate? = nil) {
            self.scope = scope
            self.examples = examples
            self.rate = rate
        }
    }

    /// The id of the check that compares keys in a `verify` step.
    package static let check = "content"

    /// The keys of the target are looked for at the source.
    static let rights =
        Rights(at: [.source, .target], [.ping, .commandTable, .select, .time, .scan] + Right.readAnyKey)
        + Rights(at: [.source], [.exists]) + ComparisonGround.rights

    private let servers: Servers
    private let settings: Settings
    /// The server that the other one follows; `nil` where neither follows the other.
    package let leader: Side?

    /// Asks who leads.
    /// - Throws: `StepFailure` where a server does not answer.
    package init(_ servers: Servers, _ settings: Settings) async throws {
        let (primary, _, isFollowing) = try await servers.replicationPair()
        self.servers = servers
        self.settings = settings
        leader = isFollowing ? (primary.part == .source ? .source : .target) : nil
    }

    /// - Parameters:
    ///   - ask: asks what must hold besides, every few seconds; it throws what stops the comparison.
    ///   - isStopping: whether to end at once, with a `CancellationError`.
    ///   - note: takes how far the comparison is, with the words for it.
    ///   - found: takes each difference as soon as it is certain.
    /// - Throws: `StepFailure`, `CancellationError`, and whatever `ask` and `found` throw.
    package func run(
        ask: @escaping @Sendable () async throws -> Void = {}, isStopping: @escaping @Sendable () -> Bool = { false },
        note: @escaping @Sendable (ComparisonProgress, Progress) -> Void,
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
                Listening(ask: ask, isStopping: isStopping, note: note, found: found))
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
        let note: @Sendable (ComparisonProgress, Progress) -> Void
        let found: @Sendable (Difference) throws -> Void
    }

    private func compare(
        _ source: MeteredSession, _ target: MeteredSession, _ gates: (source: ServerGate, target: ServerGate),
        _ listening: Listening
    ) async -> Result<ComparisonSummary, any Error> {
        do {
            let ground = try await ComparisonGround.read(servers)
            let footing = ComparisonFooting(
                servers: servers, leader: leader, ground: ground, ask: listening.ask, isStopping: listening.isStopping)
            let comparison = try await KeyspaceComparison(
                source: source, target: target, leader: leader, footing: footing, clock: servers.clock,
                examples: settings.examples, disclosure: servers.plan.redaction.disclosure)
            let keyspaces = [try await servers.source.keyspace(), try await servers.target.keyspace()]
            let pace = ComparisonPace(clock: servers.clock, gates: [gates.source, gates.target])
            let report = try await comparison.run(
                databases: Set(keyspaces.flatMap(\.databases.keys)).sorted(),
                total: keyspaces.map(\.keys).saturatingSum, scope: settings.scope,
                note: { listening.note($0, pace.words($0)) }, found: listening.found)
            try await footing.checkNow()
            var latency: [Side: ProbedLatency] = [:]
            (latency[.source], latency[.target]) = (gates.source.latency, gates.target.latency)
            return .success(
                ComparisonSummary(
                    report: report, scope: settings.scope, leader: leader, touching: comparison.touching,
                    latency: latency))
        } catch {
            // A session that is given up reports that in its own way.
            let isStopped = Task.isCancelled || listening.isStopping()
            return .failure(isStopped ? CancellationError() : failure(error))
        }
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
    fileprivate var disclosure: KeyDisclosure {
        KeyDisclosure(names: names.map { KeyPattern($0) }, values: values.map { KeyPattern($0) })
    }
}
