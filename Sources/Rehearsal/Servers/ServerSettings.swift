package import RESP

/// What one private server is started with. Secrets go into files of mode 0600, never into arguments.
package struct ServerSettings: Sendable {
    package enum Role: Sendable {
        case instance
        /// `nil`: one that watches nothing yet.
        case sentinel(SentinelMonitor?)
    }

    package var program: ServerProgram
    /// The absolute path of the program; `nil` is the first one of its name in `PATH`.
    package var executable: String?
    package var role: Role
    package var databases = 16
    /// The password of the user `default`; `nil` and no accounts: whoever connects may do everything.
    package var password: Secret?
    /// Named users. Where there are any, they are all there is: `default` is then what `password` says, or off.
    package var accounts: [ServerAccount] = []
    /// Whether `default` may log in beside the accounts.
    package var admitsDefaultUser = true
    /// Of a user `default` that is on because the server insists, and that nobody shall be.
    let nobodysPassword = Secret.generated()
    /// Who the server is at the primary that it follows.
    package var replicationUser: String?
    package var replicationPassword: Secret?
    package var tls: ServerTLS?
    /// Further lines of the configuration file, or flags where the program is Dragonfly: `repl-timeout 5`.
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
    package var address: ServerAddress
    package var quorum: Int
    package var downAfter: Duration
    package var failoverTimeout: Duration
    /// Who the Sentinel is at the primary and at all its replicas: one pair serves them all.
    package var username: String?
    package var password: Secret?
}
