import Diagnostics
import Execution
package import PlanModel
package import RESP
import RedisTopology
import Values

/// The servers of a plan, and what is needed to recognise them when other servers name them.
package struct Servers: Sendable {
    package let plan: Plan
    /// The rights that planrun needs at each kind of server.
    let rights: Rights
    /// Those of them that not only the checks of `preflight` need.
    let rightsWithoutChecks: Rights
    package private(set) var source: Server
    package private(set) var target: Server
    package private(set) var sentinels: [Sentinel]
    package let connector: any SessionConnector
    /// The name of this process's connections (`CLIENT SETNAME`).
    package let name: ConnectionName
    /// Resolves a host name to its IPs, as text; to the name itself if it cannot be resolved.
    package let resolve: @Sendable (String) async -> Set<String>
    package let clock: any Clock<Duration>
    /// Whether planrun itself writes during a cutover, to measure the write gap.
    let probesWrites: Bool
    /// The last answer of `sourceClients`.
    let sharedClients = SharedAnswer<[ClientList.Client]>()
    /// What is known about which addresses lead to which servers.
    let knownAddresses = KnownAddresses()
    /// By server, how many nameless subscribers of the Sentinels' channel turned out to be the plan's own Sentinels.
    let knownSubscribers = Counts()
    /// The password with which the target logs in to the source, if the plan gives one. If it is `nil`, the target uses
    /// planrun's own login.
    let replicationPassword: Secret?
    /// Other answers that are slow to read and that several tasks need.
    let sharedAnswers = SharedAnswers()
    /// The passwords that the plan gives for users of the target, by name.
    let userPasswords: [String: Secret]
    /// The user and password with which the Sentinels are to log in at source and target, if the plan puts the source
    /// under them.
    let sentinelCredentials: (username: String?, password: Secret?)

    /// - Throws: if a secret that the plan refers to cannot be read.
    init(
        plan: Plan, rights: Rights, rightsWithoutChecks: Rights, connector: any SessionConnector,
        environment: [String: String],
        name: ConnectionName, clock: any Clock<Duration>, probesWrites: Bool,
        resolve: @escaping @Sendable (String) async -> Set<String>
    ) throws(SecretError) {
        func settings(_ endpoint: Endpoint, _ access: Access) throws(SecretError) -> ConnectionSettings {
            var settings = try ConnectionSettings(endpoint, access, planPath: plan.file.path, environment: environment)
            settings.clientName = name.text
            return settings
        }
        func server(_ part: Server.Part, _ instance: InstanceSettings) throws(SecretError) -> Server {
            let settings = try settings(instance.endpoint, instance.access)
            return Server(part: part, settings: settings, session: connector.session(settings))
        }
        self.plan = plan
        (self.rights, self.rightsWithoutChecks) = (rights, rightsWithoutChecks)
        self.connector = connector
        self.name = name
        self.resolve = resolve
        self.clock = clock
        self.probesWrites = probesWrites
        source = try server(.source, plan.source)
        target = try server(.target, plan.target)
        sentinels = []
        if let sentinel = plan.sentinel {
            for endpoint in sentinel.endpoints {
                let settings = try settings(endpoint, sentinel.access)
                sentinels.append(Sentinel(settings: settings, session: connector.session(settings)))
            }
        }
        func secret(_ reference: SecretReference) throws(SecretError) -> Secret {
            Secret(try reference.read(planPath: plan.file.path, environment: environment))
        }
        replicationPassword = try plan.replicationPassword.map(secret)
        var passwords: [String: Secret] = [:]
        for (user, reference) in plan.users?.passwords ?? [:] { passwords[user] = try secret(reference) }
        userPasswords = passwords
        if let monitor = plan.monitor, let password = monitor.password {
            sentinelCredentials = (monitor.username, try secret(password))
        } else {
            sentinelCredentials = (source.settings.username, source.settings.password)
        }
    }

    /// All instances of the plan, in the plan's order.
    package var all: [any Instance] { [source, target] + sentinels }

    /// The name under which the Sentinels monitor the source.
    /// - Precondition: the plan has a `sentinel` section.
    package var primaryName: String {
        guard let sentinel = plan.sentinel else { preconditionFailure("a plan without Sentinels has no primary name") }
        return sentinel.primary
    }

    /// The first Sentinel that names the target as the primary to clients; `nil` if no Sentinel does.
    package func sentinelNamingTarget() async -> Sentinel? {
        guard plan.sentinel != nil else { return nil }
        let name = primaryName
        let named = (try? await sentinels.atOnce { try? await $0.primaryAddress(name, timeout: .seconds(1)) }) ?? []
        for (sentinel, address) in zip(sentinels, named) {
            if let address, await isSame(address, as: target) { return sentinel }
        }
        return nil
    }

    /// Gives `body` the same servers on connections that never look up a host name, because each name is looked up now.
    /// The connections last as long as `body`.
    func withoutLookups<Result: Sendable>(
        needsAll: Bool, _ body: (Servers) async throws -> Result
    ) async throws -> Result {
        var (copy, opened) = (self, [any Instance]())
        func place<Placed: Instance>(_ instance: Placed) async throws(StepFailure) -> Placed {
            let ips = await addresses(of: instance.endpoint.host)
            if ips == [instance.endpoint.host] { return instance }
            guard !ips.isEmpty else {
                if needsAll { throw instance.failure(.unresolvable(instance.settings.address)) }
                return instance
            }
            var settings = instance.settings
            settings.ips = ips.sorted()
            let placed = instance.speaking(settings, on: connector.session(settings))
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
        for instance in opened { await instance.session.close() }
        return try result.get()
    }

    package func close() async {
        for instance in all { await instance.session.close() }
    }
}

extension ConnectionSettings {
    /// - Parameter planPath: the plan file, in whose folder relative paths are looked up.
    init(
        _ endpoint: Endpoint, _ access: Access, planPath: String, environment: [String: String]
    ) throws(SecretError) {
        func resolve(_ path: String) -> String { PlanPath.resolve(path, planPath: planPath) }
        self.init(
            address: endpoint, username: access.username,
            password: try access.password.map { reference throws(SecretError) in
                Secret(try reference.read(planPath: planPath, environment: environment))
            },
            tls: access.tls.map {
                TLSOptions(
                    caFile: $0.ca.map(resolve), certificateFile: $0.certificate.map(resolve),
                    keyFile: $0.key.map(resolve), serverName: $0.serverName, verifiesCertificates: $0.verifies)
            })
    }
}
