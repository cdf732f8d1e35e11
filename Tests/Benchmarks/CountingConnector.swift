import RESP
import RedisNIO
import Synchronization
import Values

/// A connector like planrun's that counts the round trips.
final class CountingConnector: SessionConnector {
    private let connector = RedisConnector()
    private let count = Mutex(0)

    /// The number of pipelines, plus one for each connection that was made.
    var roundTrips: Int { count.withLock { $0 } }

    func session(_ settings: ConnectionSettings) -> any CommandSession {
        CountingSession(session: connector.session(settings)) { self.count.withLock { $0 += 1 } }
    }

    func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription {
        try await connector.subscribe(to: channels, settings)
    }

    func addresses(of host: String) async -> Set<String> { await connector.addresses(of: host) }

    func certificates(_ settings: ConnectionSettings) async throws(SessionError) -> [TLSCertificate] {
        try await connector.certificates(settings)
    }
}

private final class CountingSession: CommandSession {
    private let session: any CommandSession
    private let note: @Sendable () -> Void
    private let isConnected = Atomic(false)

    var address: Endpoint { session.address }

    init(session: any CommandSession, note: @escaping @Sendable () -> Void) {
        self.session = session
        self.note = note
    }

    func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        if !isConnected.exchange(true, ordering: .relaxed) { note() }
        note()
        return try await session.pipeline(commands, timeout: timeout)
    }

    func close() async { await session.close() }
}
