internal import Diagnostics
internal import YAMLTree

extension Access {
    private static let username = Field(
        "username", .text("a user name"), example: "planrun", "The ACL user; without it, 'default'.")
    private static let password = Field(
        "password", .secret, "Where the password is: { env: NAME } or { file: PATH }. Never the password itself.")
    private static let tls = Field("tls", .tls, "true, or how: { ca:, cert:, key:, server-name: }.")

    static var fields: [any FieldDeclaration] { [username, password, tls] }

    static func read(_ reader: inout MappingReader) -> Access {
        let access = Access(
            username: reader.optional(username), password: reader.optional(password), tls: reader.optional(tls) ?? nil)
        reader.checkUsername()
        return access
    }
}

extension MappingReader {
    /// Reports a username without a password: `AUTH` takes a user only together with a password.
    func checkUsername() {
        guard let range = range(of: "username"), self.range(of: "password") == nil else { return }
        // A misspelt 'password' is reported as an unknown key.
        guard !entries.contains(where: { Suggestion.closest(to: $0.key, in: ["password"]) != nil }) else { return }
        collector.error(
            .usernameWithoutPassword, "\(subject) has a username but no password", at: range,
            help: ["add 'password: { env: NAME }'; a user without a password ('nopass') accepts any"])
    }
}
