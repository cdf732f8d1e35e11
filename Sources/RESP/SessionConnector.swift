package import Values

/// Makes sessions. The only implementation with sockets is in `RedisNIO`; tests bring their own.
package protocol SessionConnector: Sendable {
    /// A session that connects when it is first used.
    func session(_ settings: ConnectionSettings) -> any CommandSession

    /// Subscribes and returns once the server has confirmed every channel.
    func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription

    /// The IPs of a host; empty if it cannot be resolved. An IP resolves to itself.
    func addresses(of host: String) async -> Set<String>

    /// The certificates that a connection with these settings uses, whether they are trusted or not: the server's,
    /// those of the CA file, and the one that planrun shows. Makes a connection of its own and sends no command on it;
    /// empty without TLS.
    func certificates(_ settings: ConnectionSettings) async throws(SessionError) -> [TLSCertificate]
}

extension SessionConnector {
    /// For tests, in which the name of a host is its address.
    package func addresses(of host: String) async -> Set<String> { [host] }

    package func certificates(_ settings: ConnectionSettings) async throws(SessionError) -> [TLSCertificate] { [] }
}

/// What planrun wants to know of a certificate.
package struct TLSCertificate: Sendable, Hashable {
    package enum Owner: Sendable, Hashable {
        case server, authority, client
    }

    package let owner: Owner
    /// The last second in which it is valid, in seconds since 1970 (UTC).
    package let notAfter: Int64

    package init(owner: Owner, notAfter: Int64) {
        self.owner = owner
        self.notAfter = notAfter
    }
}

/// Messages published on the channels subscribed to, in order, until the connection is lost or closed.
package protocol Subscription: Sendable {
    var messages: AsyncStream<PublishedMessage> { get }
    func close() async
}

/// One message that was published on a channel.
package struct PublishedMessage: Sendable, Equatable {
    package let channel: String
    package let payload: String

    package init(channel: String, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}

/// How to reach one server, and how to log in to it.
package struct ConnectionSettings: Sendable {
    package var address: Endpoint
    /// The IPs of the host, if they were looked up before: connections go there, and the name is not looked up again.
    /// TLS still checks the certificate against the host's name.
    package var ips: [String] = []
    package var username: String?
    package var password: Secret?
    package var tls: TLSOptions?
    /// The name that each connection of a session gives itself (`CLIENT SETNAME`), also after a reconnect; `nil` for
    /// none. If the server refuses the name, the connection is used without one.
    package var clientName: String?
    /// How long to wait until the connection is up, TLS and `AUTH` included.
    package var connectTimeout: Duration
    /// How long to wait for the last reply of a pipeline.
    package var replyTimeout: Duration

    package init(
        address: Endpoint, username: String? = nil, password: Secret? = nil, tls: TLSOptions? = nil,
        clientName: String? = nil,
        connectTimeout: Duration = .seconds(5), replyTimeout: Duration = .seconds(10)
    ) {
        self.address = address
        self.username = username
        self.password = password
        self.tls = tls
        self.clientName = clientName
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
    }
}

/// How to use TLS with one server. Paths are absolute; certificates and keys are PEM files.
package struct TLSOptions: Sendable, Hashable {
    /// `nil` trusts the system's certificate authorities.
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    /// The name the certificate must carry, where it is not the host connected to.
    package var serverName: String?
    package var verifiesCertificates: Bool

    package init(
        caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil,
        verifiesCertificates: Bool = true
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.serverName = serverName
        self.verifiesCertificates = verifiesCertificates
    }
}

/// A value that never shows itself: not printed, not dumped, not encoded.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) {
        self.value = value
    }

    /// The value, for the wire only.
    package func reveal() -> String { value }

    /// A clause such as `ends with a line break`, if the secret begins or ends with a blank or a line break. Nobody
    /// sees such a character, but it is sent. Otherwise `nil`.
    package var unseenEnds: String? {
        let scalars = value.unicodeScalars
        if let last = scalars.last, last.properties.isWhitespace {
            return last == "\n" || last == "\r" ? "ends with a line break" : "ends with a blank"
        }
        return scalars.first?.properties.isWhitespace == true ? "begins with a blank" : nil
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
