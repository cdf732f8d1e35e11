import Execution
import RedisTopology

/// What a person does about calls that are long past, for checks that go by the commands which the source has served.
struct OldCalls {
    let servers: Servers

    /// How to make the source forget old calls. Once the target follows, resetting the source's statistics would end
    /// the run, because the run compares with them to see whether the source was emptied.
    func remedy() async throws(StepFailure) -> String {
        try await servers.target.replication().upstream == nil
            ? "CONFIG RESETSTAT forgets old calls"
            : "to forget old calls, 'rollback', then CONFIG RESETSTAT, then 'apply': while the target follows it would end the run"
    }
}
