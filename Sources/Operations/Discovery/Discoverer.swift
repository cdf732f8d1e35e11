import Diagnostics
import Execution
package import PlanModel
package import RESP
import RedisTopology
package import Values

/// Asks the Sentinels and the servers what a plan has to say about them. Changes nothing.
package struct Discoverer: Sendable {
    /// What a person has to say before anybody can be asked.
    package struct Request: Sendable, Hashable {
        /// One of the Sentinels; the others are asked for.
        package var sentinel: Endpoint
        package var primary: String
        package var target: Endpoint
        package var sourceAccess = Access()
        package var targetAccess = Access()
        package var sentinelAccess = Access()
        /// The engines, for servers that do not answer.
        package var sourceEngine: Engine?
        package var targetEngine: Engine?
        /// The file that the plan will be; paths in it are relative to its folder.
        package var planPath: String

        package init(sentinel: Endpoint, primary: String, target: Endpoint, planPath: String) {
            self.sentinel = sentinel
            self.primary = primary
            self.target = target
            self.planPath = planPath
        }
    }

    let request: Request
    let connector: any SessionConnector
    let environment: [String: String]
    let resolve: @Sendable (String) async -> Set<String>

    package init(
        _ request: Request, connector: any SessionConnector, environment: [String: String],
        resolve: @escaping @Sendable (String) async -> Set<String>
    ) {
        self.request = request
        self.connector = connector
        self.environment = environment
        self.resolve = resolve
    }

    /// - Throws: `StepFailure` if the named Sentinel does not answer or does not monitor the primary, or if a server does
    ///   not answer and nobody said which engine it is; `SecretError` if a password cannot be read.
    package func discover() async throws -> Discovery {
        let watch = try await SentinelSearch(self).run()
        let source = try await member(.source, watch.primary, request.sourceAccess, request.sourceEngine)
        let target = try await member(.target, request.target, request.targetAccess, request.targetEngine)
        var discovery = Discovery(
            primary: request.primary, source: source.member, target: target.member, sentinels: watch.sentinels,
            sentinelAccess: request.sentinelAccess)
        discovery.downAfter = watch.downAfter
        discovery.remarks = watch.remarks + [source.remark, target.remark].compactMap(\.self)
        let servers = try Servers(
            plan: plan(of: discovery), connector: connector, environment: environment, resolve: resolve)
        await ask(servers, &discovery)
        await servers.close()
        return discovery
    }

    func settings(_ endpoint: Endpoint, _ access: Access) throws(SecretError) -> ConnectionSettings {
        var settings = try ConnectionSettings(
            endpoint, access, planPath: request.planPath, environment: environment)
        settings.clientName = ConnectionName(.reading).text
        return settings
    }

    private func member(
        _ part: Server.Part, _ endpoint: Endpoint, _ access: Access, _ engine: Engine?
    ) async throws -> (member: Discovery.Member, remark: String?) {
        let settings = try settings(endpoint, access)
        let server = Server(part: part, settings: settings, session: connector.session(settings))
        do {
            let info = try await server.serverInfo()
            await server.session.close()
            return (
                Discovery.Member(
                    endpoint: endpoint, engine: info.engine, version: info.version.description, access: access), nil
            )
        } catch var failure {
            await server.session.close()
            guard let engine else {
                failure.help.append(
                    "a server that cannot be asked yet: say what it is with '--\(part.rawValue)-engine'")
                throw failure
            }
            return (
                Discovery.Member(endpoint: endpoint, engine: engine, access: access),
                "the \(server.name) could not be asked: \(failure.what)"
            )
        }
    }

    /// A plan that does nothing but name the servers, for the questions that steps and checks ask, too. It has a `users`
    /// step because those who ask about users want to know what such a step would do.
    private func plan(of discovery: Discovery) -> Plan {
        func instance(_ member: Discovery.Member) -> InstanceSettings {
            InstanceSettings(endpoint: member.endpoint, engine: member.engine, access: member.access)
        }
        let start = SourcePosition(line: 1, column: 1)
        let users = Step(
            id: "users", kind: .users(UsersStep()), needs: [], timeout: nil, retries: 0,
            range: SourceRange(start, start))
        return Plan(
            name: discovery.primary, description: nil,
            shard: Shard(
                source: instance(discovery.source), target: instance(discovery.target),
                sentinel: SentinelSettings(
                    primary: discovery.primary, endpoints: discovery.sentinels, access: discovery.sentinelAccess)),
            steps: [users], rollback: RollbackSettings(), file: SourceFile(path: request.planPath, text: ""))
    }
}

extension Discoverer {
    /// Asks what can be asked only once all servers are known. What is not answered becomes a remark.
    private func ask(_ servers: Servers, _ discovery: inout Discovery) async {
        if discovery.source.version != nil {
            await note("how much data the source has", &discovery) { discovery in
                discovery.dataset = ByteCount(bytes: try await servers.source.memory().used)
                discovery.keys = try await servers.source.keyspace().keys
            }
            await note("which other replicas the source has", &discovery) { discovery in
                discovery.replicas = try await OtherReplicas(
                    servers: servers, primary: servers.source, successor: servers.target
                ).addresses()
            }
            if let sentinels = Sentinels(servers) {
                discovery.announcementObstacle = await PrimaryAnnouncement.obstacle(sentinels, from: servers.source)
            }
        }
        guard discovery.source.version != nil, discovery.target.version != nil else {
            if discovery.target.engine.rulesOut(replica: discovery.source.engine) {
                discovery.followingObstacle = Followers.noPSYNC(discovery.source.engine)
            }
            return
        }
        await note("whether the source could follow the target", &discovery) { discovery in
            discovery.followingObstacle = try await AfterCutover.read(servers, FailoverStep()).obstacle
        }
        await note("which users the target lacks", &discovery) { discovery in
            let missing = try await servers.userComparison().missing(servers)
            discovery.bringsUsers = missing.contains(where: \.isReady)
            let names = missing.filter { !$0.isReady }.map { "'\($0.name)'" }
            guard !names.isEmpty else { return }
            discovery.remarks.append(
                "the target lacks \(names.joined(separator: ", ")); 'users' brings them once it says where their passwords are"
            )
        }
    }

    private func note(
        _ what: String, _ discovery: inout Discovery, _ ask: (inout Discovery) async throws -> Void
    ) async {
        do {
            try await ask(&discovery)
        } catch {
            discovery.remarks.append(
                "it is not known \(what): \((error as? StepFailure)?.what ?? "\(error)")")
        }
    }
}
