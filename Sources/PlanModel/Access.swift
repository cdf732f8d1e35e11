internal import Escaping

/// Where a secret is to be found. The value is read when it is needed and kept nowhere.
package enum SecretReference: Sendable, Hashable {
    case environment(String)
    /// The path of a file; a relative one is looked up in the folder of the plan file.
    case file(String)
}

extension SecretReference {
    /// The reference as a plan spells it, for somebody who may not see secrets: a variable's name that does not look like
    /// one is hidden, since it may be the secret itself.
    package var safeText: String {
        switch self {
        case .environment(let name): "{ env: \(name.isVariableName ? name : "***") }"
        case .file(let path): "{ file: \(path) }"
        }
    }

    /// How a shell gets the secret, inside a word in double quotes. A name that does not look like a variable's may be the
    /// secret itself.
    package var shellText: String {
        switch self {
        case .environment(let name): name.isVariableName ? "$\(name)" : "<the password>"
        case .file(let path): "$(cat \(path.shellWord))"
        }
    }
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

/// The user with which to log in to a server, and whether to use TLS.
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
