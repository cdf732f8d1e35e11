import RESP

extension Servers {
    /// Opens a separate connection to an instance, hands it to `body`, and closes it when `body` returns or throws.
    @discardableResult
    func withSession<Guest: Instance, Result: Sendable>(
        _ instance: Guest, _ settings: ConnectionSettings, _ body: @Sendable (Guest) async throws -> Result
    ) async throws -> Result {
        let session = connector.session(settings)
        let guest = instance.speaking(settings, on: session)
        do {
            let result = try await body(guest)
            await session.close()
            return result
        } catch {
            await session.close()
            throw error
        }
    }
}
