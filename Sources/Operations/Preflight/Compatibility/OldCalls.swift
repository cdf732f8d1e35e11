import Execution
import RedisTopology

/// Advice for checks that look at which commands the source has served. The calls that they found may be long past.
struct OldCalls {
    let servers: Servers

    /// How to make the source forget old calls. While the target follows, a reset of the source's statistics would end
    /// the run, because planrun could not tell any more whether the source was emptied.
    func remedy() async throws(StepFailure) -> String {
        try await servers.target.replication().upstream == nil
            ? "\(AdvisedCommand.oldCalls.line()) on \(servers.source.endpoint) forgets old calls"
            : "to forget old calls, 'rollback', then \(AdvisedCommand.oldCalls.line()) on \(servers.source.endpoint), then 'apply': while the target follows it would end the run"
    }
}
