/// Makes the target a replica of the source.
package struct ReplicaOfStep: Sendable, Hashable {
    /// Whether a target that holds keys may be emptied by the full sync.
    package var replacesData: Bool
    /// Who the target is at the source; `nil` takes the plan's credentials for the source.
    package var username: String?
    package var password: SecretReference?

    package init(replacesData: Bool = false, username: String? = nil, password: SecretReference? = nil) {
        self.replacesData = replacesData
        self.username = username
        self.password = password
    }
}

extension ReplicaOfStep: StepSettings {
    private static let replaceData = Field(
        "replace-data", .flag, default: false, "Whether a target that holds keys may be emptied by the full sync.")
    private static let usernameField = Field(
        "username", .text("a user name"), "Who the target is at the source; without it, the user of 'source'.")
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

    var spelledSettings: [(key: String, value: String)] {
        [
            Self.replaceData.setting(replacesData), username.map(Self.usernameField.setting),
            password.map(Self.passwordField.setting),
        ].compactMap(\.self)
    }
}
