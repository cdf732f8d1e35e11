/// Brings the users that the source has and the target lacks to the target.
package struct UsersStep: Sendable, Hashable {
    /// Where the password of each user is. Only a Dragonfly target needs the passwords, because it does not take the
    /// digests that the source shows.
    package var passwords: [String: SecretReference]

    package init(passwords: [String: SecretReference] = [:]) {
        self.passwords = passwords
    }
}

extension UsersStep: StepDeclaration {
    package static let name = StepKind.Name.users
    package static let meaning =
        "Brings the users that the source has and the target lacks to the target, with their passwords and rights. Undone by removing them."
    /// The step sends a few commands for each user.
    package static let defaults = StepDefaults(timeout: .seconds(60))

    package var kind: StepKind { .users(self) }

    package func summary(_ scene: StepScene) -> String {
        "brings the users that \(scene.source) has and \(scene.target) lacks to \(scene.target)"
    }
    package func wayBack(_ scene: StepScene) -> String? { "the users that it made are removed from \(scene.target)" }

    package func rehearsed(_ cast: RehearsalCast) -> Self? {
        UsersStep(passwords: passwords.mapValues { _ in cast.application })
    }

    /// The source gets the users that the step names; if it names none, one user that the step has to bring to the
    /// target.
    package func demand(_ scene: inout RehearsalScene) {
        scene.applicationUsers = passwords.isEmpty ? ["rehearsal-app"] : passwords.keys.sorted()
    }
}

extension UsersStep: StepSettings {
    static var isOncePerPlan: Bool { true }

    private static let passwordsField = Field(
        "passwords", .secretsByUser,
        "Where the passwords of the users are, by their names. Only a Dragonfly target needs them, for every user that it lacks."
    )

    static var fields: [any FieldDeclaration] { [passwordsField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        UsersStep(passwords: reader.optional(passwordsField) ?? [:])
    }

    package var spelledSettings: [(key: String, value: String)] {
        passwords.isEmpty ? [] : [Self.passwordsField.setting(passwords)]
    }
}
