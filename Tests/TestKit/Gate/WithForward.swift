import RESP
package import Values

/// Runs a test with a second address of a server: connections to that address are passed on to the server.
package func withForward<Result: Sendable>(
    to server: Endpoint, _ body: @Sendable (Endpoint) async throws -> Result
) async throws -> Result {
    let gate = try await Gate.listen("forward") { _ in .pass }
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await gate.serve(inFrontOf: server) }
                defer { group.cancelAll() }
                return try await body(gate.address)
            })
    } catch {
        outcome = .failure(error)
    }
    await gate.close()
    return try outcome.get()
}
