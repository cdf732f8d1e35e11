/// Puts a source that no Sentinel watches under the Sentinels of the plan.
package struct MonitorStep: Sendable, Hashable {
    /// How many Sentinels must agree that the primary is down; `nil` is the majority of those in the plan.
    package var quorum: Int?
    package var downAfter: Duration
    package var failoverTimeout: Duration
    package var parallelSyncs: Int
    /// The user with which the Sentinels log in to source and target; `nil` takes the plan's credentials for the
    /// source.
    package var username: String?
    package var password: SecretReference?
    /// Paths of programs on the Sentinels' machines; a Sentinel takes them only with `deny-scripts-reconfig no`.
    package var notificationScript: String?
    package var reconfigurationScript: String?

    package init(
        quorum: Int? = nil, downAfter: Duration = .seconds(30), failoverTimeout: Duration = .seconds(180),
        parallelSyncs: Int = 1, username: String? = nil, password: SecretReference? = nil,
        notificationScript: String? = nil, reconfigurationScript: String? = nil
    ) {
        self.quorum = quorum
        self.downAfter = downAfter
        self.failoverTimeout = failoverTimeout
        self.parallelSyncs = parallelSyncs
        self.username = username
        self.password = password
        self.notificationScript = notificationScript
        self.reconfigurationScript = reconfigurationScript
    }
}

extension MonitorStep: StepDeclaration {
    package static let name = StepKind.Name.monitor
    package static let meaning =
        "Puts a source that no Sentinel watches under the Sentinels of the plan. Undone by SENTINEL REMOVE."
    /// Long enough for the Sentinels to find each other and the replicas: they say hello every 2 s and read the list of
    /// replicas every 10 s.
    package static let defaults = StepDefaults(timeout: .seconds(120))

    package var kind: StepKind { .monitor(self) }

    package func summary(_ scene: StepScene) -> String {
        "puts \(scene.source) under \(scene.plan.sentinel?.endpoints.count ?? 0) Sentinels"
    }
    package func wayBack(_ scene: StepScene) -> String? { "SENTINEL REMOVE on each, last first" }

    /// The Sentinels log in with the account that they have in every rehearsal, whether or not the plan has this step.
    package func rehearsed(_ cast: RehearsalCast) -> Self? {
        var step = self
        (step.username, step.password) = cast.watcher
        return step
    }

    package func demand(_ scene: inout RehearsalScene) { scene.isSourceWatched = false }
}

extension MonitorStep: StepSettings {
    static var isOncePerPlan: Bool { true }

    private static let quorumField = Field(
        "quorum", .integer(1...100), weaker: .lower,
        "How many Sentinels must agree that the primary is down; without it, the majority."
    )
    private static let downAfterField = Field(
        "down-after", .duration(from: .milliseconds(1)), default: MonitorStep().downAfter,
        "After how long without an answer a Sentinel takes a server for down (down-after-milliseconds).")
    private static let failoverTimeoutField = Field(
        "failover-timeout", .duration(from: .milliseconds(1)), default: MonitorStep().failoverTimeout,
        "How long a failover may take before the Sentinels give it up.")
    private static let parallelSyncsField = Field(
        "parallel-syncs", .integer(1...1000), default: MonitorStep().parallelSyncs, weaker: .higher,
        "How many replicas may follow a new primary at the same time after a failover.")
    private static let usernameField = Field(
        "username", .text("a user name"), example: "sentinel",
        "Who the Sentinels are at source and target; without it, the user of 'source'.")
    private static let passwordField = Field(
        "password", .secret, "Where the password of that user is: { env: NAME } or { file: PATH }.")

    private static let notificationField = Field(
        "notification-script", .text("a path on the Sentinels' machines"), example: "/etc/redis/notify.sh",
        "A program that each Sentinel runs for its warnings; they need 'deny-scripts-reconfig no'.")
    private static let reconfigurationField = Field(
        "client-reconfig-script", .text("a path on the Sentinels' machines"), example: "/etc/redis/reconfigure.sh",
        "A program that each Sentinel runs when the primary changes; they need 'deny-scripts-reconfig no'.")

    static var fields: [any FieldDeclaration] {
        [
            quorumField, downAfterField, failoverTimeoutField, parallelSyncsField, usernameField, passwordField,
            notificationField, reconfigurationField,
        ]
    }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let step = MonitorStep(
            quorum: reader.optional(quorumField), downAfter: reader.value(downAfterField),
            failoverTimeout: reader.value(failoverTimeoutField), parallelSyncs: reader.value(parallelSyncsField),
            username: reader.optional(usernameField), password: reader.optional(passwordField),
            notificationScript: reader.optional(notificationField),
            reconfigurationScript: reader.optional(reconfigurationField))
        reader.checkUsername()
        return step
    }

    package var spelledSettings: [(key: String, value: String)] {
        [
            quorum.map(Self.quorumField.setting), Self.downAfterField.setting(downAfter),
            Self.failoverTimeoutField.setting(failoverTimeout), Self.parallelSyncsField.setting(parallelSyncs),
            username.map(Self.usernameField.setting), password.map(Self.passwordField.setting),
            notificationScript.map(Self.notificationField.setting),
            reconfigurationScript.map(Self.reconfigurationField.setting),
        ].compactMap(\.self)
    }
}
