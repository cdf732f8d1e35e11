/// The server software of an instance.
package enum Engine: String, Sendable, Hashable, Codable, CaseIterable {
    case redis, valkey, dragonfly

    /// Whether a replica of that engine never gets in sync with a primary of this engine. Dragonfly as a primary does
    /// not speak PSYNC, and a Redis or Valkey that follows it would try again several hundred times a second.
    /// - Parameter replica: `nil` for an engine that a plan cannot name.
    package func rulesOut(replica: Engine?) -> Bool { self == .dragonfly && replica != .dragonfly }
}

/// Host and port as the plan spells them: `host:port` or `[v6]:port`.
package struct Endpoint: Sendable, Hashable, Codable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A number of bytes: `64KiB`, `10MiB`, `1GB`.
package struct ByteCount: Sendable, Hashable, Codable, Comparable {
    package let bytes: Int64

    package init(bytes: Int64) {
        self.bytes = bytes
    }

    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}

/// Where a secret is to be found. The value is read when it is needed and kept nowhere.
package enum SecretReference: Sendable, Hashable {
    case environment(String)
    /// The path of a file; a relative one is looked up in the folder of the plan file.
    case file(String)
}

/// How TLS is used with a server, as the plan says it. Paths may be relative to the folder of the plan file.
package struct TLSSettings: Sendable, Hashable {
    package var ca: String?
    package var certificate: String?
    package var key: String?
    package var serverName: String?
    package var verifies: Bool

    package init(
        ca: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil,
        verifies: Bool = true
    ) {
        self.ca = ca
        self.certificate = certificate
        self.key = key
        self.serverName = serverName
        self.verifies = verifies
    }
}

/// As which user to log in to a server, and whether with TLS.
package struct Access: Sendable, Hashable {
    package var username: String?
    package var password: SecretReference?
    package var tls: TLSSettings?

    package init(username: String? = nil, password: SecretReference? = nil, tls: TLSSettings? = nil) {
        self.username = username
        self.password = password
        self.tls = tls
    }
}
