import Comparison
import Execution
import RedisTopology
import Synchronization

/// What a comparison of two servers stands on: the one that follows keeps up, and nothing happens to either that would
/// void what was compared.
final class ComparisonFooting: Footing {
    private static let period = Duration.seconds(2)
    private static let patience = Duration.seconds(60)

    private let servers: Servers
    /// `nil` where neither server follows the other.
    private let pair: (primary: Server, replica: Server)?
    private let ground: ComparisonGround
    private let ask: @Sendable () async throws -> Void
    private let isStopping: @Sendable () -> Bool
    private let watch: Stopwatch
    private let due: Mutex<Duration>

    /// - Parameters:
    ///   - ask: asks what else must hold, every few seconds.
    ///   - isStopping: whether the comparison is to end at once.
    init(
        servers: Servers, leader: Side?, ground: ComparisonGround, ask: @escaping @Sendable () async throws -> Void,
        isStopping: @escaping @Sendable () -> Bool
    ) {
        self.servers = servers
        pair = leader.map { servers.pair(leader: $0) }
        self.ground = ground
        self.ask = ask
        self.isStopping = isStopping
        watch = Stopwatch(servers.clock)
        due = Mutex(Self.period)
    }

    func catchUp() async throws {
        // A Dragonfly that is a primary tells no offset.
        guard let (primary, replica) = pair, let offset = try await primary.replication().offset else { return }
        let wait = Stopwatch(servers.clock)
        while true {
            guard let upstream = try await replica.replication().upstream, upstream.isLinkUp else {
                throw StepFailure(
                    code: .targetDoesNotFollow, what: "\(replica.name) stopped following \(primary.name)",
                    place: [replica.name], world: ["the comparison changes nothing"],
                    help: ["find out why the link was lost, and compare again"], isTransient: true)
            }
            let applied = upstream.offset ?? 0
            if applied >= offset { return }
            guard wait.elapsed < Self.patience else {
                throw StepFailure(
                    code: .didNotCatchUp,
                    what: "\(replica.name) is more than \(Self.patience.seconds) s behind",
                    place: [replica.name], world: ["the comparison changes nothing"],
                    help: ["compare again when it keeps up"], isTransient: true)
            }
            try checkStop()
            try await servers.clock.sleep(for: .milliseconds(5))
        }
    }

    func check() async throws {
        try checkStop()
        let now = watch.elapsed
        let isDue = due.withLock { due in
            guard now >= due else { return false }
            due = now + Self.period
            return true
        }
        if isDue { try await checkNow() }
    }

    /// - Throws: whatever voids what was compared.
    func checkNow() async throws {
        try await ask()
        if let violation = ground.violation(try await ComparisonGround.read(servers)) { throw violation }
    }

    private func checkStop() throws {
        if isStopping() { throw CancellationError() }
        try Task.checkCancellation()
    }
}

extension Servers {
    func pair(leader: Side) -> (primary: Server, replica: Server) {
        leader == .source ? (source, target) : (target, source)
    }
}
