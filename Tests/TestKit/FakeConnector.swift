package import RESP
package import Values

/// Makes sessions with servers in memory, found by address. An address without a server refuses connections.
package struct FakeConnector: SessionConnector {
    private let servers: [Endpoint: FakeServer]
    private let events: FakeEvents

    package init(_ servers: [FakeServer], events: FakeEvents = FakeEvents()) {
        self.servers = Dictionary(servers.map { ($0.address, $0) }) { first, _ in first }
        self.events = events
    }

    package func session(_ settings: ConnectionSettings) -> any CommandSession {
        servers[settings.address].map { FakeSession($0) } ?? RefusingSession(address: settings.address)
    }

    package func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription {
        guard servers[settings.address] != nil else { throw .refused(settings.address) }
        return await events.subscription(channels, settings.address)
    }
}

/// Delivers the messages that servers in memory publish.
package actor FakeEvents {
    private var listeners:
        [(channels: [String], address: Endpoint, messages: AsyncStream<PublishedMessage>.Continuation)] = []

    package init() {}

    /// Sends a message to every subscription to this channel at this server.
    package func publish(_ payload: String, on channel: String, at address: Endpoint) {
        for listener in listeners where listener.address == address && listener.channels.contains(channel) {
            listener.messages.yield(PublishedMessage(channel: channel, payload: payload))
        }
    }

    func subscription(_ channels: [String], _ address: Endpoint) -> FakeSubscription {
        let (messages, continuation) = AsyncStream.makeStream(of: PublishedMessage.self)
        listeners.append((channels, address, continuation))
        return FakeSubscription(messages: messages, continuation: continuation)
    }
}

package struct FakeSubscription: Subscription {
    package let messages: AsyncStream<PublishedMessage>
    let continuation: AsyncStream<PublishedMessage>.Continuation

    package func close() async { continuation.finish() }
}

private struct RefusingSession: CommandSession {
    let address: Endpoint

    func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        throw .refused(address)
    }

    func close() async {}
}

extension SessionError {
    fileprivate static func refused(_ address: Endpoint) -> Self {
        SessionError(
            code: .connectionRefused, address: address, sentence: "\(address) refused the connection",
            mayHaveBeenExecuted: false)
    }
}
