/// Brings the users that the source has and the target lacks to the target.
package struct UsersStep: Sendable, Hashable {
    /// For a target that takes no digest of a password, which is Dragonfly: where the password of each user is.
    package var passwords: [String: SecretReference]

    package init(passwords: [String: SecretReference] = [:]) {
        self.passwords = passwords
    }
}

extension UsersStep: StepSettings {
    private static let passwordsField = Field(
        "passwords", .secretsByUser,
        "Where the passwords of the users are, by their names. Only a Dragonfly target needs them, for every user that it lacks."
    )

    static var fields: [any FieldDeclaration] { [passwordsField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        UsersStep(passwords: reader.optional(passwordsField) ?? [:])
    }

    var spelledSettings: [(key: String, value: String)] {
        passwords.isEmpty ? [] : [Self.passwordsField.setting(passwords)]
    }
}
