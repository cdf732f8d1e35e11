import Execution
import RedisTopology

/// For checks that go by the commands that the source has served: what a person does about calls that are long past.
struct OldCalls {
    let servers: Servers

    /// While the target follows, reset statistics would end the run: it compares with them to see whether the source was emptied.
    func remedy() async throws(StepFailure) -> String {
        try await servers.target.replication().upstream == nil
            ? "CONFIG RESETSTAT forgets old calls"
            : "to forget old calls, 'rollback', then CONFIG RESETSTAT, then 'apply': while the target follows it would end the run"
    }
}
