import Comparison
import Execution
import RESP
import RedisTopology
import Values

/// The node of a `verify` that compares keys with their values and expiry, both ways.
struct DataComparisonOperation: Operation {
    static let id = "content"
    static let title = "source and target hold the same keys, values and expiry times"
    /// The keys of the target are looked for at the source.
    static let rights =
        Rights(at: [.source, .target], [.commandTable, .select, .time, .scan] + Right.readAnyKey)
        + Rights(at: [.source], [.exists])

    let servers: Servers
    let scope: ComparisonScope
    let isAfterCutover: Bool

    func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    func perform(_ context: StepContext) async throws {}

    func verify(_ context: StepContext) async throws -> StepResult {
        let (primary, replica, isFollowing) = try await servers.replicationPair()
        guard isFollowing else {
            throw StepFailure(
                code: .targetDoesNotFollow,
                what:
                    "\(replica.name) does not follow \(primary.name), so that a difference could be a write that only one of them got",
                place: [replica.name], world: ["nothing was compared"],
                help: ["compare before the cutover: put the step between 'wait-for-sync' and 'failover'"])
        }
        let footing = ComparisonFooting(
            servers: servers, context: context, primary: primary, replica: replica, asksConditions: !isAfterCutover)
        let sessions = (
            source: servers.connector.session(servers.source.settings),
            target: servers.connector.session(servers.target.settings)
        )
        let result: Result<StepResult, any Error>
        do {
            let leader = primary.part == .source ? Side.source : .target
            result = .success(try await compare(sessions, leader: leader, footing, context))
        } catch {
            result = .failure(failure(error))
        }
        await sessions.source.close()
        await sessions.target.close()
        return try result.get()
    }

    func undo(_ context: StepContext) async throws -> String? { nil }

    private func compare(
        _ sessions: (source: any CommandSession, target: any CommandSession), leader: Side,
        _ footing: ComparisonFooting, _ context: StepContext
    ) async throws -> StepResult {
        let comparison = try await KeyspaceComparison(
            source: sessions.source, target: sessions.target, leader: leader, footing: footing, clock: servers.clock)
        let keyspaces = [try await servers.source.keyspace(), try await servers.target.keyspace()]
        let pace = ComparisonPace(clock: servers.clock)
        let report = try await comparison.run(
            databases: Set(keyspaces.flatMap(\.databases.keys)).sorted(), total: keyspaces.map(\.keys).saturatingSum,
            scope: scope
        ) { progress in
            context.report(pace.words(progress))
        } found: { _ in
        }
        let summary = ComparisonSummary(report: report, scope: scope, touching: comparison.touching)
        if let failure = summary.failure(servers) { throw failure }
        return summary.result
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

/// How far a comparison is, in words, with its speed.
struct ComparisonPace {
    private let watch: Stopwatch

    init(clock: any Clock<Duration>) { watch = Stopwatch(clock) }

    func words(_ progress: ComparisonProgress) -> Progress {
        let seconds = watch.elapsed.seconds
        let rate = seconds > 0 ? Double(progress.done) / seconds : 0
        let left = max(0, Double(progress.total) - Double(progress.done))
        let again = progress.suspects == 0 ? "" : "; \(progress.suspects) looked at again"
        return Progress(
            "comparing keys",
            now: "\(progress.done) of \(progress.total) keys, \(Int64(saturating: rate)) keys/s\(again)",
            wanted: "all the same on both servers",
            fraction: progress.total > 0 ? min(1, Double(progress.done) / Double(progress.total)) : nil,
            remaining: rate > 0 ? .seconds(min(left / rate, Double(Int64.max))) : nil)
    }
}
