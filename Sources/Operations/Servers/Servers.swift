import Diagnostics
import Execution
package import PlanModel
package import RESP
import RedisTopology

/// The servers of a plan, and how to recognise them when other servers name them.
package struct Servers: Sendable {
    package let plan: Plan
    package private(set) var source: Server
    package private(set) var target: Server
    package private(set) var sentinels: [Server]
    package let connector: any SessionConnector
    /// What the connections of this process are called.
    package let name: ConnectionName
    /// The addresses behind a host name, as text; the name itself where it cannot be resolved.
    package let resolve: @Sendable (String) async -> Set<String>
    package let clock: any Clock<Duration>
    /// Whether cutovers are watched by a writer of our own.
    let probesWrites: Bool
    /// What `sourceClients` last read.
    let sharedClients = SharedAnswer<[ClientList.Client]>()
    /// Which addresses are known to lead to which servers.
    let knownAddresses = KnownAddresses()
    /// How many nameless subscribers of the Sentinels' channel turned out to be our Sentinels, by server.
    let knownSubscribers = Counts()
    /// The password that the plan gives the target for its primary; `nil` where it logs in as planrun does.
    let replicationPassword: Secret?
    /// What `userComparison` last read.
    let sharedUsers = SharedAnswer<UserComparison>()
    /// The passwords that the plan gives for users of the target, by name.
    let userPasswords: [String: Secret]
    /// Who the Sentinels shall be at source and target, for a plan that puts the source under them.
    let sentinelCredentials: (username: String?, password: Secret?)

    /// - Throws: `SecretError` where a secret that the plan refers to cannot be read.
    package init(
        plan: Plan, connector: any SessionConnector, environment: [String: String],
        name: ConnectionName = ConnectionName(.reading), clock: any Clock<Duration> = ContinuousClock(),
        probesWrites: Bool = true,
        resolve: @escaping @Sendable (String) async -> Set<String>
    ) throws {
        func server(_ part: Server.Part, _ endpoint: Endpoint, _ access: Access) throws -> Server {
            var settings = try ConnectionSettings(endpoint, access, plan: plan, environment: environment)
            settings.clientName = name.text
            return Server(part: part, endpoint: endpoint, settings: settings, session: connector.session(settings))
        }
        self.plan = plan
        self.connector = connector
        self.name = name
        self.resolve = resolve
        self.clock = clock
        self.probesWrites = probesWrites
        source = try server(.source, plan.source.endpoint, plan.source.access)
        target = try server(.target, plan.target.endpoint, plan.target.access)
        sentinels =
            try plan.sentinel.map { sentinel in
                try sentinel.endpoints.map { try server(.sentinel, $0, sentinel.access) }
            } ?? []
        func secret(_ reference: SecretReference) throws -> Secret {
            Secret(try reference.read(planPath: plan.file.path, environment: environment))
        }
        replicationPassword = try plan.replicationPassword.map(secret)
        userPasswords = try plan.users?.passwords.mapValues(secret) ?? [:]
        if let monitor = plan.monitor, let password = monitor.password {
            sentinelCredentials = (monitor.username, try secret(password))
        } else {
            sentinelCredentials = (source.settings.username, source.settings.password)
        }
    }

    /// Everything that is spoken to, in the order of the plan.
    package var all: [Server] { [source, target] + sentinels }

    /// The name under which the Sentinels monitor the source.
    /// - Precondition: the plan has a `sentinel` section.
    package var primaryName: String {
        guard let sentinel = plan.sentinel else { preconditionFailure("a plan without Sentinels has no primary name") }
        return sentinel.primary
    }

    /// A Sentinel that tells clients that the target is the primary.
    package func sentinelNamingTarget() async -> Server? {
        guard plan.sentinel != nil else { return nil }
        let name = primaryName
        let named = (try? await sentinels.atOnce { try? await $0.primaryAddress(name, timeout: .seconds(1)) }) ?? []
        for (sentinel, address) in zip(sentinels, named) {
            if let address, await isSame(address, as: target) { return sentinel }
        }
        return nil
    }

    /// The same servers on connections that look up no name: each name is looked up now, once. The connections last as long
    /// as `body`.
    /// - Parameter needsAll: whether a name that cannot be resolved is an error; otherwise its server keeps its connection.
    /// - Throws: `StepFailure` that names the server, before `body` is called.
    func withoutLookups<Result: Sendable>(
        needsAll: Bool, _ body: (Servers) async throws -> Result
    ) async throws -> Result {
        var (copy, opened) = (self, [Server]())
        func place(_ server: Server) async throws(StepFailure) -> Server {
            let ips = await addresses(of: server.endpoint.host)
            if ips == [server.endpoint.host] { return server }
            guard !ips.isEmpty else {
                if needsAll { throw server.failure(.unresolvable(server.settings.address)) }
                return server
            }
            var settings = server.settings
            settings.ips = ips.sorted()
            let placed = Server(
                part: server.part, endpoint: server.endpoint, settings: settings, session: connector.session(settings))
            opened.append(placed)
            return placed
        }
        copy.source = try await place(source)
        copy.target = try await place(target)
        copy.sentinels = []
        for sentinel in sentinels { copy.sentinels.append(try await place(sentinel)) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(copy))
        } catch {
            result = .failure(error)
        }
        for server in opened { await server.session.close() }
        return try result.get()
    }

    package func close() async {
        for server in all { await server.session.close() }
    }
}

extension Endpoint {
    var serverAddress: ServerAddress { ServerAddress(host: host, port: port) }
}

extension ConnectionSettings {
    init(_ endpoint: Endpoint, _ access: Access, plan: Plan, environment: [String: String]) throws {
        self.init(
            address: ServerAddress(host: endpoint.host, port: endpoint.port), username: access.username,
            password: try access.password.map {
                Secret(try $0.read(planPath: plan.file.path, environment: environment))
            },
            tls: access.tls.map {
                TLSOptions(
                    caFile: $0.ca.map(plan.resolve), certificateFile: $0.certificate.map(plan.resolve),
                    keyFile: $0.key.map(plan.resolve), serverName: $0.serverName, verifiesCertificates: $0.verifies)
            })
    }
}

extension Plan {
    /// The settings of the step that puts the source under the Sentinels; `nil` for a plan that has none.
    var monitor: MonitorStep? {
        for step in steps { if case .monitor(let monitor) = step.kind { return monitor } }
        return nil
    }

    /// The settings of the step that brings users to the target; `nil` for a plan that has none.
    var users: UsersStep? {
        for step in steps { if case .users(let users) = step.kind { return users } }
        return nil
    }

    /// Whether the Sentinels watch the source from the start, so that they can be asked about it.
    package var isMonitored: Bool { sentinel != nil && monitor == nil }

    fileprivate var replicationPassword: SecretReference? {
        for step in steps { if case .replicaof(let following) = step.kind { return following.password } }
        return nil
    }
}
