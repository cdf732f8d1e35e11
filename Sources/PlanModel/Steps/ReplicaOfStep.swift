/// Makes the target a replica of the source.
package struct ReplicaOfStep: Sendable, Hashable {
    /// Whether a target that holds keys may be emptied by the full sync.
    package var replacesData: Bool
    /// The user with which the target logs in to the source; `nil` takes the plan's credentials for the source.
    package var username: String?
    package var password: SecretReference?

    package init(replacesData: Bool = false, username: String? = nil, password: SecretReference? = nil) {
        self.replacesData = replacesData
        self.username = username
        self.password = password
    }
}

extension ReplicaOfStep: StepDeclaration {
    package static let name = StepKind.Name.replicaof
    package static let meaning =
        "Makes the target a replica of the source. Undone by detaching it."
    /// Dragonfly answers a `REPLICAOF` only after 20 s if the source's host drops its packets.
    package static let defaults = StepDefaults(timeout: .seconds(60))

    package var kind: StepKind { .replicaof(self) }

    package func summary(_ scene: StepScene) -> String {
        "makes \(scene.target) a replica of \(scene.source)"
            + (replacesData ? ", replacing the data it has" : "; refuses a target that holds keys")
            + (scene.plan.sentinel == nil
                ? "" : "; until it has everything, no Sentinel can promote it (replica-priority 0)")
    }
    package func wayBack(_ scene: StepScene) -> String? {
        "\(scene.target) is detached, and emptied again if it was empty before"
    }

    package func rehearsed(_ cast: RehearsalCast) -> Self? {
        guard username != nil || password != nil else { return self }
        var step = self
        step.password = cast.source
        if let replication = cast.replication, replication.username == username { step.password = replication.password }
        return step
    }

    package func demand(_ scene: inout RehearsalScene) { scene.replicationUser = username }
}

extension ReplicaOfStep: StepSettings {
    static var isOncePerPlan: Bool { true }
    static let belongsBeforeFailover = true
    static var prerequisites: [StepPrerequisite] {
        // `users` writes into the target's configuration file. While the target follows, that would write `replicaof`
        // into the file as well, and a target that was detached would follow the source again after its next restart.
        [
            StepPrerequisite(
                kind: .users,
                absence: .isFineAndItselfMisplaced(
                    label: "follows the source",
                    help: "put '- users' before '- replicaof': what it writes into the target's file stays true then"),
                why: "could begin before")
        ]
    }

    private static let replaceData = Field(
        "replace-data", .flag, default: false, weaker: .higher, example: true,
        "Whether a target that holds keys may be emptied by the full sync.")
    private static let usernameField = Field(
        "username", .text("a user name"), example: "replication",
        "Who the target is at the source; without it, the user of 'source'.")
    private static let passwordField = Field(
        "password", .secret, "Where the password of that user is: { env: NAME } or { file: PATH }.")

    static var fields: [any FieldDeclaration] { [replaceData, usernameField, passwordField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let step = ReplicaOfStep(
            replacesData: reader.value(replaceData), username: reader.optional(usernameField),
            password: reader.optional(passwordField))
        reader.checkUsername()
        return step
    }

    package var spelledSettings: [(key: String, value: String)] {
        [
            Self.replaceData.setting(replacesData), username.map(Self.usernameField.setting),
            password.map(Self.passwordField.setting),
        ].compactMap(\.self)
    }
}
