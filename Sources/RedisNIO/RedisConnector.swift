package import NIOCore
import NIOPosix
package import RESP

/// Makes sessions over TCP and TLS.
///
/// It opens nothing by itself and needs no shutdown: by default the connections share the process's event loop threads,
/// which end with the process. Whoever passes a group has to shut it down, after the sessions are closed.
package struct RedisConnector: SessionConnector {
    private let group: any EventLoopGroup

    package init(group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.group = group
    }

    package func session(_ settings: ConnectionSettings) -> any CommandSession {
        RedisSession(settings, loop: group.next())
    }

    package func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription {
        let subscription = RedisSubscription(settings, loop: group.next())
        try await subscription.start(channels, settings)
        return subscription
    }

    package func addresses(of host: String) async -> Set<String> {
        await HostLookup.addresses(of: host)
    }

    package func certificates(_ settings: ConnectionSettings) async throws(SessionError) -> [TLSCertificate] {
        guard let options = settings.tls else { return [] }
        let files = try TLSFile.certificates(options, address: settings.address)
        return try await [CertificateLook(settings, options).server(on: group.next())] + files
    }
}
