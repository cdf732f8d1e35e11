import PlanModel
import RESP
import Values

/// Starts the servers of a private world, each after those that it needs, and ends them again.
actor LabBuilder {
    private let description: LabDescription
    private let connector: any SessionConnector
    private let folder: PrivateFolder
    private let keep: Bool
    private let accounts: LabAccounts
    private var servers: [ServerProcess] = []
    private var notes: [String]

    init(description: LabDescription, connector: any SessionConnector, folder: PrivateFolder, keep: Bool) {
        self.description = description
        self.connector = connector
        self.folder = folder
        self.keep = keep
        accounts = LabAccounts(description)
        notes = description.notes
    }

    func build() async throws -> Lab {
        let authority = try await createAuthority()
        let source = try await startInstance("source", description.source, accounts.sourceOperator, authority)
        let target = try await startInstance("target", description.target, accounts.targetOperator, authority)
        var replicas: [ServerProcess] = []
        for number in 0..<description.replicaCount {
            replicas.append(
                try await startInstance(
                    "replica-\(number + 1)", description.replica, accounts.sourceOperator, authority,
                    following: source.address))
        }
        var sentinels: [ServerProcess] = []
        if let wanted = description.sentinels {
            for number in 0..<wanted.count {
                sentinels.append(try await startSentinel(number + 1, wanted, source.address, authority))
            }
        }
        let lab = Lab(
            description: description, folder: folder, source: source, target: target, replicas: replicas,
            sentinels: sentinels, notes: notes, connector: connector, accounts: accounts, authority: authority)
        try lab.writeSecrets()
        try await lab.waitForReplicas()
        try await lab.waitForSentinels()
        return lab
    }

    /// Kills the servers: none of them holds data that a graceful end would save.
    func tearDown() async {
        for server in servers { await server.kill() }
        if !keep { folder.remove() }
    }

    private func createAuthority() async throws -> CertificateAuthority? {
        guard let tls = description.tls else { return nil }
        return try await .create(in: try folder.subfolder("tls"), serverNames: tls.serverNames)
    }

    private func startInstance(
        _ name: String, _ instance: LabDescription.Instance, _ operatorPassword: Secret,
        _ authority: CertificateAuthority?, following primary: Endpoint? = nil
    ) async throws -> ServerProcess {
        var settings = ServerSettings(program: program(for: instance, name))
        settings.executable = instance.executable
        accounts.configure(
            &settings, login: instance.login, operatorPassword: operatorPassword,
            applications: name == "source" ? description.applicationUsers : [])
        settings.tls = serverTLS(authority)
        settings.extraLines = instance.extraLines
        let access = accounts.access(login: instance.login, tls: authority?.clientOptions)
        if let primary {
            settings.replicationUser = access.username
            settings.replicationPassword = access.password
            settings.extraLines.append("replicaof \(primary.host) \(primary.port)")
        }
        return try await start(name, settings, access)
    }

    private func startSentinel(
        _ number: Int, _ wanted: LabDescription.Sentinels, _ source: Endpoint, _ authority: CertificateAuthority?
    ) async throws -> ServerProcess {
        let login = accounts.watcherLogin
        let monitor = SentinelMonitor(
            name: wanted.primary, address: source, quorum: wanted.quorum, downAfter: wanted.downAfter,
            failoverTimeout: wanted.failoverTimeout, username: login.username, password: login.password)
        let installed = ServerProgram.redis.path == nil ? ServerProgram.valkey : .redis
        var settings = ServerSettings(
            program: wanted.engine.map(ServerProgram.init) ?? installed,
            role: .sentinel(wanted.watchesSource ? monitor : nil))
        accounts.configureSentinel(&settings, login: wanted.login)
        settings.extraLines = wanted.extraLines
        settings.tls = serverTLS(authority)
        let access = accounts.sentinelAccess(login: wanted.login, tls: authority?.clientOptions)
        return try await start("sentinel-\(number)", settings, access)
    }

    private func start(_ name: String, _ settings: ServerSettings, _ access: ServerAccess) async throws -> ServerProcess
    {
        let server = try await ServerProcess.start(
            name: name, settings: settings, in: folder, access: access, connector: connector,
            doomedFolder: keep ? nil : folder.path)
        servers.append(server)
        return server
    }

    private func program(for instance: LabDescription.Instance, _ name: String) -> ServerProgram {
        let program = ServerProgram(instance.engine)
        guard instance.executable == nil, program.path == nil, program != .redis else { return program }
        notes.append("\(program.rawValue) is not installed here: Redis stands in for it as the \(name)")
        return .redis
    }

    private func serverTLS(_ authority: CertificateAuthority?) -> ServerTLS? {
        guard let authority, let tls = description.tls else { return nil }
        return ServerTLS(
            caFile: authority.caFile, certificateFile: authority.serverCertificateFile,
            keyFile: authority.serverKeyFile, requiresClientCertificate: tls.requiresClientCertificate)
    }
}
