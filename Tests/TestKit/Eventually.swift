/// Asks every 20 ms until the condition holds. After the limit it throws an error that says what the test waited for.
package func eventually(
    _ what: String, within limit: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    while !(try await condition()) {
        guard clock.now < deadline else {
            throw WaitedInVain(what: what, limit: limit)
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}

package struct WaitedInVain: Error, CustomStringConvertible {
    let what: String
    let limit: Duration

    package var description: String { "waited \(limit) in vain until \(what)" }
}
