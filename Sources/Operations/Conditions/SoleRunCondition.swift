import Execution

/// No other planrun carries out a run on the same servers. A planrun that begins later sees this run and exits.
struct SoleRunCondition: Condition {
    func violation(_ servers: Servers, since baseline: RunBaseline?) async throws -> StepFailure? {
        let others = try await OtherRuns.seen(at: servers.all, besides: servers.name)
        return others.running?.failure(world: await WorldReport(servers).sentences())
    }
}
