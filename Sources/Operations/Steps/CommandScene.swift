import PlanModel
import RedisTopology
import Values

/// What has to be known of the servers to say which commands a plan will send.
struct CommandScene: Sendable {
    typealias Party = CommandScript.Party

    struct User: Sendable {
        let name: String
        let command: [ForeseenCommand.Word]
    }

    let plan: Plan
    let source: Party
    let target: Party
    let sentinels: [Party]
    /// Whether the servers were asked.
    var isLive = false
    /// The source's other replicas.
    var others: [Party] = []
    /// How many of the source's replicas are in sync once the target is; `nil` if nobody knows.
    var replicasInSync: Int?
    /// The Sentinels that monitor no primary of this name yet.
    var withoutPrimary: Set<Endpoint>
    /// The Sentinels that list the target already, and believe that it may be promoted.
    var admitting: Set<Endpoint> = []
    /// Whether the target follows the source already.
    var isFollowing = false
    /// Whether the target holds no key; `nil` if nobody knows.
    var isTargetEmpty: Bool?
    /// How the roles are exchanged; `nil` if the Sentinels decide that and were not asked.
    var method: FailoverStep.Method?
    /// How the source and its other replicas come to rest; `nil` if versions decide that and nobody knows them.
    var resting: FailoverStep.Resting?
    var replicas: FailoverStep.OtherReplicas?
    /// What a rollback does after the cutover; `nil` if versions decide that and nobody knows them.
    var wayBack: RollbackSettings.AfterCutover?
    /// Whether the source could not follow the target, so that it gets a login that every server refuses.
    var isRefused: Bool
    /// What each Sentinel knows of the primary.
    var watched: [Endpoint: SentinelPrimary] = [:]
    /// The users that the target lacks; `nil` if nobody knows.
    var users: [User]?
    /// Whether the target has its users in a file of their own; `nil` if nobody knows.
    var hasUserFile: Bool?

    /// From the plan alone.
    init(_ plan: Plan) {
        self.plan = plan
        source = Party(place: .source, address: plan.source.endpoint, engine: plan.source.engine)
        target = Party(place: .target, address: plan.target.endpoint, engine: plan.target.engine)
        sentinels = (plan.sentinel?.endpoints ?? []).map { Party(place: .sentinel, address: $0) }
        withoutPrimary = Set(sentinels.map(\.address))
        wayBack = plan.certainWayBack
        isRefused = plan.target.engine.rulesOut(replica: plan.source.engine)
        guard let failover = plan.failover else { return }
        method = failover.method == .fastest ? nil : failover.method
        resting = failover.certainResting(plan)
        replicas = failover.replicas
    }

    var primaryName: String { plan.sentinel?.primary ?? "" }

    /// Where nothing of a server is known, its settings are open.
    var openScript: CommandScript {
        var script = CommandScript()
        for party in [source, target] + others { script.know(Self.openSettings(party.engine), of: party) }
        return script
    }

    static func openSettings(_ engine: Engine) -> [String: ForeseenCommand.Word] {
        Dictionary(uniqueKeysWithValues: settings(engine).map { ($0, .open("as before")) })
    }

    /// The settings that planrun changes and that such an engine has.
    static func settings(_ engine: Engine) -> [String] {
        let common = [Fence.priority, "masteruser", "masterauth"]
        switch engine {
        case .redis, .valkey: return common + Fence.writeRuleNames + [SettingMark.setting, "tls-replication"]
        case .dragonfly: return common
        }
    }
}

/// Commands that take back what a step has done.
package struct ForeseenReturn: Sendable {
    /// From where, as a phrase, if the step has several ways back.
    package let start: String?
    package let commands: [ForeseenCommand]
}

/// The Sentinels, before anything is sent to them.
extension CommandScript {
    /// Each Sentinel that lists a replica forgets it.
    mutating func forgetReplica(_ scene: CommandScene, _ why: String) {
        for sentinel in scene.sentinels {
            send(
                ["SENTINEL", "RESET", .plain(scene.primaryName)], to: sentinel,
                why + "; the next Sentinel only when this one sees the others again", answer: "1")
        }
    }
}
