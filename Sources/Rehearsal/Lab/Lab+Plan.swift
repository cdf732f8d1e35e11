package import PlanModel
import RESP
import SystemPackage
import Values

extension Lab {
    /// The given plan, changed to run against the private servers: it gets their endpoints, credentials, certificates
    /// and engines. Passwords are put into files of mode 0600 in the folder.
    /// - Parameter runsCommands: whether it has the `run` steps, too.
    package func plan(from plan: Plan, runsCommands: Bool = false) -> Plan {
        var plan = plan
        plan.source.endpoint = address(of: source)
        plan.source.engine = source.settings.program.engine
        plan.source.access = access(description.source.login, secret: "source", like: plan.source.access)
        plan.target.endpoint = address(of: target)
        plan.target.engine = fronts[target.name]?.engine ?? target.settings.program.engine
        plan.target.access = access(description.target.login, secret: "target", like: plan.target.access)
        if let settings = plan.sentinel, let wanted = description.sentinels {
            plan.sentinel = SentinelSettings(
                primary: wanted.primary, endpoints: sentinels.map(address),
                access: access(wanted.login, secret: "sentinel", like: settings.access))
        }
        var cast = cast
        cast.runsCommands = runsCommands
        return plan.rehearsed(cast)
    }

    func writeSecrets() throws {
        try writeSecret("source", description.source.login, accounts.sourceOperator, accounts.sharedPassword)
        try writeSecret("target", description.target.login, accounts.targetOperator, accounts.sharedPassword)
        if let login = description.sentinels?.login {
            try writeSecret("sentinel", login, accounts.sentinelPassword, accounts.sentinelPassword)
        }
        if let password = accounts.watcherLogin.password { try folder.write(password.reveal(), to: "watcher.secret") }
        if !description.applicationUsers.isEmpty {
            try folder.write(accounts.application.reveal(), to: "application.secret")
        }
        if description.replicationUser != nil {
            try folder.write(accounts.replication.reveal(), to: "replication.secret")
        }
    }

    private func writeSecret(
        _ name: String, _ login: LabDescription.Login, _ userPassword: Secret, _ defaultPassword: Secret
    ) throws {
        switch login {
        case .open: break
        case .password: try folder.write(defaultPassword.reveal(), to: "\(name).secret")
        case .user: try folder.write(userPassword.reveal(), to: "\(name).secret")
        }
    }

    private func access(_ login: LabDescription.Login, secret: String, like original: Access) -> Access {
        var access = Access(tls: tls(like: original.tls))
        if login != .open { access.password = secretFile(secret) }
        access.username = login == .password ? original.username : login.username
        return access
    }

    private func tls(like original: TLSSettings?) -> TLSSettings? {
        guard let authority else { return nil }
        var tls = TLSSettings(ca: authority.caFile)
        tls.serverName = original?.serverName
        tls.verifies = original?.verifies ?? true
        if description.tls?.requiresClientCertificate == true {
            tls.certificate = authority.clientCertificateFile
            tls.key = authority.clientKeyFile
        }
        return tls
    }

    private var cast: RehearsalCast {
        let login = accounts.watcherLogin
        return RehearsalCast(
            watcher: (login.username, login.password == nil ? nil : secretFile("watcher")),
            application: secretFile("application"),
            replication: description.replicationUser.map { ($0, secretFile("replication")) },
            source: secretFile("source"))
    }

    private func secretFile(_ name: String) -> SecretReference {
        .file(folder.path.appending("\(name).secret").string)
    }
}

extension ServerProgram {
    var engine: Engine {
        switch self {
        case .redis: .redis
        case .valkey: .valkey
        case .dragonfly: .dragonfly
        }
    }
}
