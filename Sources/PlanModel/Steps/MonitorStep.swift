/// Puts a source that no Sentinel watches under the Sentinels of the plan.
package struct MonitorStep: Sendable, Hashable {
    /// How many Sentinels must agree that the primary is down; `nil` is the majority of those in the plan.
    package var quorum: Int?
    package var downAfter: Duration
    package var failoverTimeout: Duration
    package var parallelSyncs: Int
    /// Who the Sentinels are at source and target; `nil` takes the plan's credentials for the source.
    package var username: String?
    package var password: SecretReference?

    package init(
        quorum: Int? = nil, downAfter: Duration = .seconds(30), failoverTimeout: Duration = .seconds(180),
        parallelSyncs: Int = 1, username: String? = nil, password: SecretReference? = nil
    ) {
        self.quorum = quorum
        self.downAfter = downAfter
        self.failoverTimeout = failoverTimeout
        self.parallelSyncs = parallelSyncs
        self.username = username
        self.password = password
    }
}

extension MonitorStep: StepSettings {
    private static let quorumField = Field(
        "quorum", .integer(1...100), "How many Sentinels must agree that the primary is down; without it, the majority."
    )
    private static let downAfterField = Field(
        "down-after", .duration(from: .milliseconds(1)), default: MonitorStep().downAfter,
        "After how long without an answer a Sentinel takes a server for down (down-after-milliseconds).")
    private static let failoverTimeoutField = Field(
        "failover-timeout", .duration(from: .milliseconds(1)), default: MonitorStep().failoverTimeout,
        "How long a failover may take before the Sentinels give it up.")
    private static let parallelSyncsField = Field(
        "parallel-syncs", .integer(1...1000), default: MonitorStep().parallelSyncs,
        "How many replicas may follow a new primary at the same time after a failover.")
    private static let usernameField = Field(
        "username", .text("a user name"),
        "Who the Sentinels are at source and target; without it, the user of 'source'.")
    private static let passwordField = Field(
        "password", .secret, "Where the password of that user is: { env: NAME } or { file: PATH }.")

    static var fields: [any FieldDeclaration] {
        [quorumField, downAfterField, failoverTimeoutField, parallelSyncsField, usernameField, passwordField]
    }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let step = MonitorStep(
            quorum: reader.optional(quorumField), downAfter: reader.value(downAfterField),
            failoverTimeout: reader.value(failoverTimeoutField), parallelSyncs: reader.value(parallelSyncsField),
            username: reader.optional(usernameField), password: reader.optional(passwordField))
        reader.checkUsername()
        return step
    }

    var spelledSettings: [(key: String, value: String)] {
        [
            quorum.map(Self.quorumField.setting), Self.downAfterField.setting(downAfter),
            Self.failoverTimeoutField.setting(failoverTimeout), Self.parallelSyncsField.setting(parallelSyncs),
            username.map(Self.usernameField.setting), password.map(Self.passwordField.setting),
        ].compactMap(\.self)
    }
}
