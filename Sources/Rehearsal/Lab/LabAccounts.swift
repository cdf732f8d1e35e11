import RESP

/// The logins of a private world: who may log in where, with passwords that were generated for it.
struct LabAccounts: Sendable {
    let description: LabDescription
    /// The password of both instances: a Sentinel has a single `auth-pass` for a primary and all its replicas.
    let sharedPassword = Secret.generated()
    let sourceOperator = Secret.generated()
    let targetOperator = Secret.generated()
    let sentinelPassword = Secret.generated()
    let replication = Secret.generated()
    let application = Secret.generated()
    private let load = ServerAccount(name: "rehearsal-load", password: .generated(), rights: .everything)
    private let watcher = ServerAccount(
        name: "rehearsal-sentinel", password: .generated(), rights: .sentinelAtInstance)
    private let peer = ServerAccount(name: "rehearsal-peer", password: .generated(), rights: .sentinelAtSentinel)

    init(_ description: LabDescription) {
        self.description = description
    }

    /// Whether the instances have named users. A Sentinel logs in as the same user at both instances, so if one of them
    /// has users, both have.
    private var hasUsers: Bool {
        description.source.login.username != nil || description.target.login.username != nil
            || description.replicationUser != nil || !description.applicationUsers.isEmpty
    }

    /// - Parameter applications: the names of the application users that the server has from the start.
    func configure(
        _ settings: inout ServerSettings, login: LabDescription.Login, operatorPassword: Secret, applications: [String]
    ) {
        settings.password = login == .password ? sharedPassword : nil
        settings.admitsDefaultUser = login.username == nil
        guard hasUsers else { return }
        settings.accounts =
            [load, watcher]
            + applications.map { ServerAccount(name: $0, password: application, rights: .everything) }
        if let user = login.username {
            settings.accounts.append(ServerAccount(name: user, password: operatorPassword, rights: .operatorOfInstance))
        }
        if let user = description.replicationUser, user != login.username {
            settings.accounts.append(ServerAccount(name: user, password: replication, rights: .replication))
        }
    }

    func configureSentinel(_ settings: inout ServerSettings, login: LabDescription.Login) {
        settings.password = login == .password ? sentinelPassword : nil
        settings.admitsDefaultUser = login.username == nil
        guard let user = login.username else { return }
        let sentinelOperator = ServerAccount(name: user, password: sentinelPassword, rights: .operatorOfSentinel)
        settings.accounts = [load, peer, sentinelOperator]
    }

    /// The login that a Sentinel uses at the instances.
    var watcherLogin: (username: String?, password: Secret?) {
        if hasUsers { return (watcher.name, watcher.password) }
        let logins = [description.source.login, description.target.login]
        return (nil, logins.contains(.password) ? sharedPassword : nil)
    }

    /// The login that the rehearsal itself uses at an instance, with all rights.
    func access(login: LabDescription.Login, tls: TLSOptions?) -> ServerAccess {
        if hasUsers { return ServerAccess(username: load.name, password: load.password, tls: tls) }
        return ServerAccess(password: login == .password ? sharedPassword : nil, tls: tls)
    }

    func sentinelAccess(login: LabDescription.Login, tls: TLSOptions?) -> ServerAccess {
        if login.username != nil { return ServerAccess(username: load.name, password: load.password, tls: tls) }
        return ServerAccess(password: login == .password ? sentinelPassword : nil, tls: tls)
    }
}

extension LabDescription.Login {
    var username: String? {
        if case .user(let name) = self { name } else { nil }
    }
}

extension Secret {
    static func generated() -> Secret {
        Secret((0..<2).map { _ in String(UInt64.random(in: UInt64.min...UInt64.max), radix: 36) }.joined())
    }
}
