package import PlanModel
package import Values

/// What a private world consists of: its servers, how a client logs in to them, and the Sentinels that watch them.
package struct LabDescription: Sendable {
    package var source: Instance
    package var target: Instance
    /// `nil` describes plain replication without Sentinels.
    package var sentinels: Sentinels?
    /// Further replicas that follow the source from the start, of the source's engine.
    package var replicaCount = 0
    /// `nil` describes plain TCP. Either all servers, Sentinels and replication use TLS or none does, because a
    /// Sentinel reaches all its instances in the same way.
    package var tls: TLS?
    /// The name of a user of the source whose only right is to follow it.
    package var replicationUser: String?
    /// The names of users that only the source has from the start, so that the plan can bring them to the target.
    package var applicationUsers: [String] = []
    /// Where this description differs from the plan it was made from; one sentence each, for a person.
    package private(set) var notes: [String] = []

    package init(
        source: Instance = Instance(), target: Instance = Instance(), sentinels: Sentinels? = Sentinels(),
        replicaCount: Int = 0, tls: TLS? = nil, replicationUser: String? = nil
    ) {
        self.source = source
        self.target = target
        self.sentinels = sentinels
        self.replicaCount = replicaCount
        self.tls = tls
        self.replicationUser = replicationUser
    }

    package struct Instance: Sendable, Hashable {
        package var engine: Engine
        /// The absolute path of the program; `nil` looks for the engine's usual program in `PATH`.
        package var executable: String?
        package var login: Login
        /// Further lines of the configuration file.
        package var extraLines: [String]

        package init(
            engine: Engine = .redis, executable: String? = nil, login: Login = .open, extraLines: [String] = []
        ) {
            self.engine = engine
            self.executable = executable
            self.login = login
            self.extraLines = extraLines
        }
    }

    /// A further replica: like the source, but at an address of its own.
    var replica: Instance {
        var replica = source
        replica.extraLines.removeAll { $0.hasPrefix("replica-announce-") }
        return replica
    }

    /// How planrun logs in to a server.
    package enum Login: Sendable, Hashable {
        /// Without a login: every client may do everything.
        case open
        /// With the password of the user `default`.
        case password
        /// As an ACL user with just the rights that planrun needs; `default` is off.
        case user(String)
    }

    package struct Sentinels: Sendable, Hashable {
        package var primary: String
        package var count: Int
        package var quorum: Int
        package var downAfter: Duration
        package var failoverTimeout: Duration
        package var login: Login
        /// How often the Sentinels ask the instances for `INFO`; `nil` is Sentinel's own 10 s. With a shorter period
        /// they see a new replica sooner.
        package var infoPeriod: Duration?
        /// Whether the Sentinels watch the source from the start. A plan can have a step that tells them to.
        package var watchesSource = true
        /// The engine that the Sentinels belong to; `nil` takes Redis, or Valkey if Redis is not installed.
        package var engine: Engine?
        /// Further lines of the Sentinels' configuration files.
        package var extraLines: [String] = []

        /// - Parameter quorum: how many Sentinels must agree that the primary is down; `nil` is the majority.
        package init(
            primary: String = "primary", count: Int = 1, quorum: Int? = nil, downAfter: Duration = .seconds(5),
            failoverTimeout: Duration = .seconds(20), login: Login = .open, infoPeriod: Duration? = nil
        ) {
            self.primary = primary
            self.count = count
            self.quorum = quorum ?? count / 2 + 1
            self.downAfter = downAfter
            self.failoverTimeout = failoverTimeout
            self.login = login
            self.infoPeriod = infoPeriod
        }
    }

    package struct TLS: Sendable, Hashable {
        package var requiresClientCertificate: Bool
        /// Names that the servers' certificate carries besides 127.0.0.1 and localhost.
        package var serverNames: [String]

        package init(requiresClientCertificate: Bool = false, serverNames: [String] = []) {
            self.requiresClientCertificate = requiresClientCertificate
            self.serverNames = serverNames
        }
    }
}

extension LabDescription {
    /// Describes a world like the one of the plan: as many Sentinels, the same name, engines, kinds of login and of
    /// transport. A plan does not say the quorum; the majority is taken.
    package init(plan: Plan) {
        let accesses = [plan.source.access, plan.target.access] + (plan.sentinel.map { [$0.access] } ?? [])
        let scene = plan.rehearsalScene
        self.init(
            source: Instance(engine: plan.source.engine, login: Login(plan.source.access)),
            target: Instance(engine: plan.target.engine, login: Login(plan.target.access)),
            sentinels: plan.sentinel.map {
                var sentinels = Sentinels(primary: $0.primary, count: $0.endpoints.count, login: Login($0.access))
                sentinels.watchesSource = scene.isSourceWatched
                return sentinels
            },
            tls: TLS(accesses.compactMap(\.tls)),
            replicationUser: scene.replicationUser.flatMap {
                $0 == plan.source.access.username || $0 == "default" ? nil : $0
            })
        applicationUsers = scene.applicationUsers
        if tls != nil, accesses.contains(where: { $0.tls == nil }) {
            notes.append("the plan uses TLS for some servers only: here all of them do")
        }
    }
}

extension LabDescription.Login {
    init(_ access: Access) {
        switch (access.username, access.password) {
        case (nil, nil): self = .open
        case (nil, _?), ("default"?, _): self = .password
        case (let user?, _): self = .user(user)
        }
    }
}

extension LabDescription.TLS {
    init?(_ settings: [TLSSettings]) {
        guard !settings.isEmpty else { return nil }
        self.init(
            requiresClientCertificate: settings.contains { $0.certificate != nil },
            serverNames: Set(settings.compactMap(\.serverName)).sorted())
    }
}
