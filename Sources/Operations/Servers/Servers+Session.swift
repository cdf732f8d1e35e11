import RESP

extension Servers {
    /// Talks to a server on a connection of its own, perhaps as somebody else, and closes it afterwards.
    @discardableResult
    func withSession<Result: Sendable>(
        _ server: Server, _ settings: ConnectionSettings, _ body: @Sendable (Server) async throws -> Result
    ) async throws -> Result {
        let session = connector.session(settings)
        let guest = Server(part: server.part, endpoint: server.endpoint, settings: settings, session: session)
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
