/// Why a secret could not be read. Names the place, never holds the value.
package struct SecretError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case environmentUnset = "secret-environment-unset"
        case environmentEmpty = "secret-environment-empty"
        case fileMissing = "secret-file-missing"
        case fileUnreadable = "secret-file-unreadable"
        case fileEmpty = "secret-file-empty"
        case notOneLine = "secret-not-one-line"
    }

    package let code: Code
    /// Lower case, no full stop.
    package let message: String
    package let help: String

    package init(_ code: Code, _ message: String, help: String) {
        self.code = code
        self.message = message
        self.help = help
    }
}

extension SecretReference {
    /// The value, read now. Keep it no longer than it takes to use it.
    package func read(planPath: String, environment: [String: String]) throws(SecretError) -> String { "" }
}

extension Plan {
    /// A path of the plan, relative to the folder of the plan file.
    package func resolve(_ path: String) -> String { path }
}
