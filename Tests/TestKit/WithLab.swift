import RedisNIO
package import Rehearsal

/// Runs a test in a private world of real servers, which is removed afterwards.
///
/// Whatever the test expects in the end has to hold, too, after each server was started again: `AfterRestart`.
package func withLab<Result: Sendable>(
    _ description: LabDescription = LabDescription(), keep: Bool = false,
    _ body: @Sendable (Lab) async throws -> Result
) async throws -> Result {
    try await withPlainLab(description, keep: keep) { try await AfterRestart.checked($0, body) }
}

/// The same for who puts something in front of the servers first.
func withPlainLab<Result: Sendable>(
    _ description: LabDescription, keep: Bool, _ body: @Sendable (Lab) async throws -> Result
) async throws -> Result {
    try await Lab.run(description, connector: RedisConnector(), keep: keep, body: body)
}
