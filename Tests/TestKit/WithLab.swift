import RedisNIO
package import Rehearsal

/// Runs a test in a private world of real servers, which is removed afterwards.
package func withLab<Result: Sendable>(
    _ description: LabDescription = LabDescription(), keep: Bool = false,
    _ body: @Sendable (Lab) async throws -> Result
) async throws -> Result {
    try await Lab.run(description, connector: RedisConnector(), keep: keep, body: body)
}
