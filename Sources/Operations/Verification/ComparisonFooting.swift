import Comparison
import Execution
import RedisTopology
import Synchronization

/// What a comparison of two servers stands on: one follows the other, and nothing happens to them that would void what
/// was compared.
final class ComparisonFooting: Footing {
    private static let period = Duration.seconds(2)
    private static let patience = Duration.seconds(60)

    private let servers: Servers
    private let context: StepContext
    private let primary: Server
    private let replica: Server
    /// Whether the conditions hold here: they are about the time before the cutover.
    private let asksConditions: Bool
    private let watch: Stopwatch
    private let due = Mutex(Duration.zero)

    init(servers: Servers, context: StepContext, primary: Server, replica: Server, asksConditions: Bool) {
        self.servers = servers
        self.context = context
        self.primary = primary
        self.replica = replica
        self.asksConditions = asksConditions
        watch = Stopwatch(servers.clock)
    }

    func catchUp() async throws {
        // A Dragonfly that is a primary tells no offset.
        guard let offset = try await primary.replication().offset else { return }
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
            try await servers.clock.sleep(for: .milliseconds(5))
        }
    }

    func check() async throws {
        if context.isDraining { throw CancellationError() }
        guard asksConditions else { return }
        let now = watch.elapsed
        let isDue = due.withLock { due in
            guard now >= due else { return false }
            due = now + Self.period
            return true
        }
        if isDue { try await Conditions.check(servers, context) }
    }
}
