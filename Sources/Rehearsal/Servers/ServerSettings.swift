package import RESP
package import Values

/// What one private server is started with. Secrets go into files of mode 0600, never into arguments.
package struct ServerSettings: Sendable {
    package enum Role: Sendable {
        case instance
        /// `nil` for a Sentinel that watches nothing yet.
        case sentinel(SentinelMonitor?)
    }

    package var program: ServerProgram
    /// The absolute path of the program; `nil` takes the first one of its name in `PATH`.
    package var executable: String?
    package var role: Role
    package var databases = 16
    /// The password of the user `default`. Where it is `nil` and there are no accounts, every client may do everything.
    package var password: Secret?
    /// The named users of the server.
    package var accounts: [ServerAccount] = []
    /// Whether the user `default` may log in if there are accounts.
    package var admitsDefaultUser = true
    /// The password of the user `default`, if that user has to be on although nobody should use it. Nobody is told this
    /// password.
    let nobodysPassword = Secret.generated()
    /// The user with which this server logs in to the primary that it follows.
    package var replicationUser: String?
    package var replicationPassword: Secret?
    package var tls: ServerTLS?
    /// Further lines of the configuration file, such as `repl-timeout 5`, or further flags if the program is
    /// Dragonfly.
    package var extraLines: [String] = []

    package init(program: ServerProgram = .redis, role: Role = .instance) {
        self.program = program
        self.role = role
    }
}

/// Certificates of one private server: absolute paths of PEM files.
package struct ServerTLS: Sendable, Hashable {
    package var caFile: String
    package var certificateFile: String
    package var keyFile: String
    /// Whether a client must show a certificate of the same authority.
    package var requiresClientCertificate: Bool
}

/// What a private Sentinel monitors.
package struct SentinelMonitor: Sendable {
    package var name: String
    package var address: Endpoint
    package var quorum: Int
    package var downAfter: Duration
    package var failoverTimeout: Duration
    /// The login that the Sentinel uses at the primary and at all its replicas alike.
    package var username: String?
    package var password: Secret?
}
