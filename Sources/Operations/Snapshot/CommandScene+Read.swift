import Execution
import PlanModel
import RESP
import RedisTopology
import Values

extension CommandScene {
    /// Asks the servers. What one that does not answer would tell stays open.
    static func read(_ servers: Servers) async -> CommandScene {
        var scene = CommandScene(servers.plan)
        scene.isLive = true
        await scene.readTarget(servers)
        await scene.readSentinels(servers)
        await scene.readCutover(servers)
        await scene.readUsers(servers)
        return scene
    }

    private mutating func readTarget(_ servers: Servers) async {
        isTargetEmpty = try? await servers.target.keyspace().keys == 0
        if let primary = try? await servers.target.replication().upstream?.primary {
            isFollowing = await servers.isSame(primary, as: servers.source)
        }
    }

    private mutating func readSentinels(_ servers: Servers) async {
        guard plan.sentinel != nil else { return }
        for sentinel in servers.sentinels {
            guard let primary = try? await sentinel.sentinelPrimary(servers.primaryName) else { continue }
            withoutPrimary.remove(sentinel.endpoint)
            watched[sentinel.endpoint] = primary
            for replica in (try? await sentinel.sentinelReplicas(servers.primaryName)) ?? []
            where replica.priority > 0 {
                if await servers.isSame(replica.address, as: servers.target) { admitting.insert(sentinel.endpoint) }
            }
        }
    }

    private mutating func readCutover(_ servers: Servers) async {
        guard let failover = plan.failover else { return }
        if plan.isMonitored {
            let choice = await MethodChoice.make(
                failover.method, Sentinels(servers), from: servers.source, to: servers.target)
            method = FailoverStep.Method(rawValue: choice.method.rawValue)
        } else if plan.sentinel == nil {
            method = .promote
        }
        if let after = try? await AfterCutover.read(servers, failover) {
            (resting, replicas, wayBack) = (after.resting, after.replicas, after.wayBack)
            isRefused = after.obstacle != nil
        }
        let others = OtherReplicas(servers: servers, primary: servers.source, successor: servers.target)
        self.others = ((try? await others.prior()) ?? []).map { Party(place: .replica, address: $0.address) }
        guard let replication = try? await servers.source.replication() else { return }
        var inSync = 1
        for replica in replication.replicas where replica.isOnline && replicas != .detach {
            if await !servers.isSame(replica.address, as: servers.target) { inSync += 1 }
        }
        replicasInSync = inSync
    }

    private mutating func readUsers(_ servers: Servers) async {
        guard let step = plan.users else { return }
        hasUserFile = (try? await servers.target.setting("aclfile")).map { $0?.isEmpty == false }
        guard let comparison = try? await servers.userComparison() else { return }
        users = comparison.missing(servers).map { recipe in
            User(name: recipe.name, command: recipe.foreseen(step.passwords[recipe.name]))
        }
    }

    /// The script of the plan, before its first command.
    func script(_ servers: Servers) async -> CommandScript {
        var script = openScript
        let toSource = servers.replicationPassword ?? servers.source.settings.password
        let reference = plan.replicationPassword ?? plan.source.access.password
        if let known = try? await settings(of: servers.target, password: toSource, reference) {
            script.know(known, of: target)
        }
        let toTarget = servers.target.settings.password
        if let known = try? await settings(of: servers.source, password: toTarget, plan.target.access.password) {
            script.know(known, of: source)
        }
        for replica
            in (try? await OtherReplicas(
                servers: servers, primary: servers.source, successor: servers.target
            ).prior()) ?? []
        {
            var known = Self.openSettings(.redis)
            for (name, value) in replica.settings { known[name] = .plain(value) }
            script.know(known, of: Party(place: .replica, address: replica.address))
        }
        return script
    }

    /// - Parameter password: the one that the run sets as `masterauth`. Any other one is shown to nobody.
    private func settings(
        of server: Server, password: Secret?, _ reference: SecretReference?
    ) async throws(StepFailure) -> [String: ForeseenCommand.Word] {
        let engine = server.part == .source ? plan.source.engine : plan.target.engine
        let values = try await server.settings(Self.settings(engine))
        return values.reduce(into: [:]) { known, setting in
            let (name, value) = setting
            guard name == "masterauth", !value.isEmpty, value != ReplicationCredentials.nobody else {
                known[name] = .plain(value)
                return
            }
            known[name] = value == password?.reveal() ? reference.map { .secret($0) } : nil
            if known[name] == nil { known[name] = .open("another password") }
        }
    }
}
